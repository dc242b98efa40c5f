// URLs in the one form on which every program that fetches agrees (G10).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace approval_url {

struct Url {
  std::string scheme, host;  // lower case; an IPv6 address without its brackets
  uint16_t port = 0;
  enum class Host { name, ipv4, ipv6 } kind = Host::name;
};

// scheme://host[:port] and then nothing, or a path, query or fragment. Throws claif::sdk::Error for
// anything else: what is not ASCII, blanks, controls and characters that no URL has, a user, a port
// that is empty or no number, a host that is no name of letters, digits and hyphens between dots,
// or that some programs take for an address and others for a name (0x7f.1, 017700000001, 1.2.3).
// A scheme without a port that everybody knows must come with one.
Url parse_url(std::string_view text);

}  // namespace approval_url

#include "url.hpp"

#include <claif/sdk/text.hpp>

#include <algorithm>
#include <optional>

#include <arpa/inet.h>

namespace approval_url {
namespace {

using claif::sdk::Error;

[[noreturn]] void refuse(const std::string& why) {
  throw Error("the URL " + why, CLAIF_E_ARG);
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// RFC 3986 has no other characters; of those that it has not, each program makes something else.
bool is_url_character(char c) {
  return is_letter(c) || is_digit(c) ||
         std::string_view("-._~:/?#[]@!$&'()*+,;=%").find(c) != std::string_view::npos;
}

uint16_t port_of(std::string_view scheme, std::optional<std::string_view> digits) {
  if (!digits) {
    if (scheme == "https" || scheme == "wss") return 443;
    if (scheme == "http" || scheme == "ws") return 80;
    refuse("has no port, and its scheme has none that everybody knows");
  }
  if (digits->empty() || digits->size() > 5 || digits->front() == '0' ||
      !std::all_of(digits->begin(), digits->end(), is_digit))
    refuse("has a port that is no number from 1 to 65535");
  const int port = std::stoi(std::string(*digits));
  if (port > 65535) refuse("has a port over 65535");
  return static_cast<uint16_t>(port);
}

void check_name(std::string_view host) {
  if (host.empty() || host.size() > 253) refuse("has no host, or one that is too long");
  for (size_t at = 0; at <= host.size();) {
    const size_t end = std::min(host.find('.', at), host.size());
    const std::string_view label = host.substr(at, end - at);
    const bool good = !label.empty() && label.size() <= 63 && label.front() != '-' &&
                      label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
                        return is_letter(c) || is_digit(c) || c == '-';
                      });
    if (!good)
      refuse("has a host that is no name: letters, digits and hyphens between single dots");
    at = end + 1;
  }
}

// Digits, hexadecimal digits, x and dots: an address to inet_aton and to browsers, a name to
// others.
bool may_be_address(std::string_view host) {
  return std::all_of(host.begin(), host.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || c == 'x' || c == '.';
  });
}

Url::Host kind_of(const std::string& host) {
  check_name(host);
  in_addr address{};
  if (::inet_pton(AF_INET, host.c_str(), &address) == 1) {
    char canonical[INET_ADDRSTRLEN];
    if (::inet_ntop(AF_INET, &address, canonical, sizeof canonical) != nullptr && host == canonical)
      return Url::Host::ipv4;
  }
  if (may_be_address(host))
    refuse("has a host that may be a number, but is no address of four numbers");
  const size_t last = host.rfind('.');  // RFC 3696: no top-level domain is a number
  if (is_digit(host[last == std::string::npos ? 0 : last + 1]) && last != std::string::npos)
    refuse("has a host that ends in a number, but is no address");
  return Url::Host::name;
}

}  // namespace

Url parse_url(std::string_view text) {
  if (text.size() > 8192) refuse("is longer than 8 KiB");
  if (!std::all_of(text.begin(), text.end(), is_url_character))
    refuse("has a character that no URL has");
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0 || !is_letter(text[0]) ||
      !std::all_of(text.begin(), text.begin() + static_cast<ptrdiff_t>(colon), [](char c) {
        return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
      }))
    refuse("does not begin with a scheme and ://");
  Url out;
  out.scheme = lower(text.substr(0, colon));
  std::string_view authority = text.substr(colon + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) refuse("names a user");
  std::optional<std::string_view> port;
  if (authority.starts_with('[')) {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos) refuse("has a [ without its ]");
    out.host = lower(authority.substr(1, close - 1));
    out.kind = Url::Host::ipv6;
    in6_addr address{};
    if (::inet_pton(AF_INET6, out.host.c_str(), &address) != 1)
      refuse("has no IPv6 address between [ and ]");
    const std::string_view rest = authority.substr(close + 1);
    if (!rest.empty() && rest[0] != ':') refuse("has something between ] and the port");
    if (!rest.empty()) port = rest.substr(1);
  } else {
    const size_t at = authority.find(':');
    out.host = lower(authority.substr(0, at));
    out.kind = kind_of(out.host);
    if (at != std::string_view::npos) port = authority.substr(at + 1);
  }
  out.port = port_of(out.scheme, port);
  return out;
}

}  // namespace approval_url

// Addresses: which are reachable by everybody, and how names get them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace approval_url {

// IPv4 as ::ffff:a.b.c.d.
using Address = std::array<uint8_t, 16>;

// Throws claif::sdk::Error when `text` is no address.
Address parse_address(const std::string& text);
std::string to_text(const Address& address);

// Whether packets to it leave for the public internet: no loopback, private, link-local, shared,
// documentation, multicast or reserved range of IANA's special-purpose registries, and none that
// embeds another address (6to4, Teredo, NAT64, IPv4-mapped in IPv6 text).
bool is_global(const Address& address);

// The addresses of a name, by the system's resolver. Throws claif::sdk::Error when there are none.
std::vector<Address> look_up(const std::string& name);

}  // namespace approval_url

#include "address.hpp"

#include <claif/sdk/text.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <netdb.h>

#include <arpa/inet.h>

namespace approval_url {
namespace {

using claif::sdk::Error;

struct Range {
  const char* base;
  int bits;
};

// iana.org/assignments/iana-ipv4-special-registry
constexpr Range kNotGlobal4[] = {
    {"0.0.0.0", 8},       {"10.0.0.0", 8},      {"100.64.0.0", 10},   {"127.0.0.0", 8},
    {"169.254.0.0", 16},  {"172.16.0.0", 12},   {"192.0.0.0", 24},    {"192.0.2.0", 24},
    {"192.31.196.0", 24}, {"192.52.193.0", 24}, {"192.88.99.0", 24},  {"192.168.0.0", 16},
    {"192.175.48.0", 24}, {"198.18.0.0", 15},   {"198.51.100.0", 24}, {"203.0.113.0", 24},
    {"224.0.0.0", 3},
};
// iana.org/assignments/iana-ipv6-special-registry: of 2000::/3, which is all that is assigned.
constexpr Range kNotGlobal6[] = {
    {"2001::", 23},                          // Teredo, benchmarks, ORCHID and other protocols
    {"2001:db8::", 32},     {"2002::", 16},  // 6to4
    {"2620:4f:8000::", 48}, {"3fff::", 20},
};
constexpr Range kGlobal6 = {"2000::", 3};

constexpr Address kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool is_mapped(const Address& a) {
  return std::equal(a.begin(), a.begin() + 12, kMapped.begin());
}

bool within(const uint8_t* address, const Range& range, int family) {
  uint8_t base[16] = {};
  ::inet_pton(family, range.base, base);
  const int whole = range.bits / 8, rest = range.bits % 8;
  if (!std::equal(base, base + whole, address)) return false;
  return rest == 0 || ((base[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

}  // namespace

Address parse_address(const std::string& text) {
  Address out = kMapped;
  if (::inet_pton(AF_INET, text.c_str(), &out[12]) == 1) return out;
  if (::inet_pton(AF_INET6, text.c_str(), out.data()) == 1) {
    // Written as IPv6 it goes by the rules of IPv6, which have no global IPv4 address.
    if (is_mapped(out)) out = Address{};
    return out;
  }
  throw Error("'" + text + "' is no IP address", CLAIF_E_ARG);
}

std::string to_text(const Address& a) {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_mapped(a))
    ::inet_ntop(AF_INET, &a[12], text, sizeof text);
  else
    ::inet_ntop(AF_INET6, a.data(), text, sizeof text);
  return text;
}

bool is_global(const Address& a) {
  if (is_mapped(a))
    return std::none_of(std::begin(kNotGlobal4), std::end(kNotGlobal4),
                        [&](const Range& range) { return within(&a[12], range, AF_INET); });
  return within(a.data(), kGlobal6, AF_INET6) &&
         std::none_of(std::begin(kNotGlobal6), std::end(kNotGlobal6),
                      [&](const Range& range) { return within(a.data(), range, AF_INET6); });
}

std::vector<Address> look_up(const std::string& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  const int status = ::getaddrinfo(name.c_str(), nullptr, &hints, &raw);
  if (status != 0)
    throw Error("the host '" + name + "' has no address: " + ::gai_strerror(status), CLAIF_E_ARG);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(raw, &::freeaddrinfo);
  std::vector<Address> out;
  for (const addrinfo* each = raw; each != nullptr; each = each->ai_next) {
    Address address = kMapped;
    if (each->ai_family == AF_INET)
      std::memcpy(&address[12], &reinterpret_cast<const sockaddr_in*>(each->ai_addr)->sin_addr, 4);
    else if (each->ai_family == AF_INET6)
      std::memcpy(address.data(), &reinterpret_cast<const sockaddr_in6*>(each->ai_addr)->sin6_addr,
                  16);
    else
      throw Error("the host '" + name + "' has an address of an unknown kind", CLAIF_E_ARG);
    if (each->ai_family == AF_INET6 && is_mapped(address)) address = Address{};
    out.push_back(address);
  }
  return out;
}

}  // namespace approval_url

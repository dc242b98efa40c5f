// AES-256-GCM (NIST SP 800-38D), by OpenSSL.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claif {

using AesKey = std::array<uint8_t, 32>;

// Of 64 hex digits; nothing when they are none.
std::optional<AesKey> parse_aes_key(std::string_view digits);

// A random nonce of 12 bytes, the tag of 16, then the cipher text; nothing when OpenSSL fails. A
// key is good for 2^32 of them.
std::optional<std::string> encrypt(const AesKey& key,
                                   std::string_view context,
                                   std::string_view plain);
// Nothing unless `sealed` came from encrypt with the same key and context.
std::optional<std::string> decrypt(const AesKey& key,
                                   std::string_view context,
                                   std::string_view sealed);

}  // namespace claif

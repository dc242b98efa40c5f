// CRC-32C (Castagnoli), eight bytes at a time.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace claif::store_jsonl {

inline uint32_t crc32c(std::string_view bytes) noexcept {
  using Tables = std::array<std::array<uint32_t, 256>, 8>;
  static constexpr Tables kTables = [] {
    Tables t{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t c = i;
      for (int bit = 0; bit < 8; ++bit)
        c = (c >> 1) ^ ((c & 1u) ? 0x82F63B78u : 0u);
      t[0][i] = c;
    }
    for (size_t k = 1; k < t.size(); ++k)
      for (size_t i = 0; i < 256; ++i)
        t[k][i] = (t[k - 1][i] >> 8) ^ t[0][t[k - 1][i] & 0xFFu];
    return t;
  }();
  static_assert(std::endian::native == std::endian::little);
  uint32_t crc = 0xFFFFFFFFu;
  while (bytes.size() >= 8) {
    uint64_t eight = 0;
    std::memcpy(&eight, bytes.data(), 8);
    eight ^= crc;
    crc = 0;
    for (size_t k = 0; k < 8; ++k)
      crc ^= kTables[7 - k][(eight >> (8 * k)) & 0xFFu];
    bytes.remove_prefix(8);
  }
  for (const char c : bytes)
    crc = kTables[0][(crc ^ static_cast<unsigned char>(c)) & 0xFFu] ^ (crc >> 8);
  return ~crc;
}

}  // namespace claif::store_jsonl

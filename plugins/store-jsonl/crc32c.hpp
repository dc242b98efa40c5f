// CRC-32C (Castagnoli).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace claif::store_jsonl {

inline uint32_t crc32c(std::string_view bytes) noexcept {
  static constexpr std::array<uint32_t, 256> kTable = [] {
    std::array<uint32_t, 256> table{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t c = i;
      for (int bit = 0; bit < 8; ++bit)
        c = (c >> 1) ^ ((c & 1u) ? 0x82F63B78u : 0u);
      table[i] = c;
    }
    return table;
  }();
  uint32_t crc = 0xFFFFFFFFu;
  for (const char c : bytes)
    crc = kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFFu] ^ (crc >> 8);
  return ~crc;
}

}  // namespace claif::store_jsonl

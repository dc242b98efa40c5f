// What every fuzzer needs: the input as text, and a way to say that a promise was broken.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace claif::fuzz {

inline std::string_view text(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}
inline void require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace claif::fuzz

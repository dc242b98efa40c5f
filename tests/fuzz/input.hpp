// What every fuzzer needs: the input as text, and a way to say that a promise was broken.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace claif::fuzz {

inline std::string_view text(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}
// What a check found; it should have found nothing.
inline void require_none(std::string_view problem,
                         const char* file = __builtin_FILE(),
                         int line = __builtin_LINE()) {
  if (problem.empty()) return;
  std::fprintf(stderr, "%s:%d: ERROR: %.*s\n", file, line, static_cast<int>(problem.size()),
               problem.data());
  std::abort();
}
inline void require(bool promise,
                    const char* file = __builtin_FILE(),
                    int line = __builtin_LINE()) {
  require_none(promise ? "" : "a promise was broken", file, line);
}

}  // namespace claif::fuzz

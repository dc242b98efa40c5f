// Server-sent events out of a growing buffer.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace claif::bench {

// Calls `take` with each whole event in `buffer`, then drops them. The text that `take` gets may be
// changed, and the character after its end is a zero.
template <typename Take>
void take_events(std::string& buffer, Take take) {
  std::size_t start = 0;  // of the event
  std::size_t line = 0;
  for (;;) {
    const std::size_t newline = buffer.find('\n', line);
    if (newline == std::string::npos) break;
    const bool blank = newline == line || (newline == line + 1 && buffer[line] == '\r');
    if (blank) {
      buffer[newline] = '\0';
      if (newline > start) take(std::span<char>(buffer).subspan(start, newline - start));
      start = newline + 1;
    }
    line = newline + 1;
  }
  buffer.erase(0, start);
}

}  // namespace claif::bench

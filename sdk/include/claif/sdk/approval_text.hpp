// Text as an approval strategy compares it. Allow rules compare bytes and need nothing of this;
// deny rules compare what a reader, a shell or a file system would take for the same (G5).
//
// Includes utf8proc: link it (Debian: libutf8proc-dev, -lutf8proc).
#pragma once

#include <claif/sdk/text.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utf8proc.h>

namespace claif::sdk {

inline bool is_ascii(std::string_view s) noexcept {
  return std::all_of(s.begin(), s.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
}

namespace detail {
inline std::string map_utf8(std::string_view s, int options) {
  utf8proc_uint8_t* raw = nullptr;
  const utf8proc_ssize_t n = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(s.data()),
                                          static_cast<utf8proc_ssize_t>(s.size()), &raw,
                                          static_cast<utf8proc_option_t>(options));
  if (n < 0) throw Error("text is not valid UTF-8", CLAIF_E_ARG);
  const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(raw, &std::free);
  return {reinterpret_cast<const char*>(raw), static_cast<size_t>(n)};
}
}  // namespace detail

// NFKC: full-width letters become plain ones, ligatures their letters. Throws when `s` is not
// UTF-8.
inline std::string nfkc(std::string_view s) {
  if (is_ascii(s)) return std::string(s);
  return detail::map_utf8(s, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
}

// NFKC, then without case and without what no reader sees (soft hyphens, zero-width characters).
// Throws when `s` is not UTF-8.
inline std::string fold(std::string_view s) {
  if (!is_ascii(s))
    return detail::map_utf8(s, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                   UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  std::string out(s);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// A tool's name as deny rules compare it: folded, without the separators _ - . : and blanks, so
// that "Ba-sh" is "bash".
inline std::string fold_name(std::string_view name) {
  std::string out = fold(name);
  out.erase(std::remove_if(
                out.begin(), out.end(),
                [](char c) { return std::string_view("_-.: ").find(c) != std::string_view::npos; }),
            out.end());
  return out;
}

// Whether every character is one that can be seen or is a plain space: no controls, no separators
// of lines, no other blanks, nothing that turns the direction of text, nothing unassigned; false
// also when `s` is not UTF-8.
inline bool is_plain(std::string_view s) noexcept {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(s.data());
  auto left = static_cast<utf8proc_ssize_t>(s.size());
  while (left > 0) {
    if (*at >= 0x20 && *at < 0x7F) {
      ++at;
      --left;
      continue;
    }
    utf8proc_int32_t c = 0;
    const utf8proc_ssize_t n = utf8proc_iterate(at, left, &c);
    if (n <= 0) return false;
    switch (utf8proc_category(c)) {
      case UTF8PROC_CATEGORY_CC:
      case UTF8PROC_CATEGORY_CF:
      case UTF8PROC_CATEGORY_CS:
      case UTF8PROC_CATEGORY_CN:
      case UTF8PROC_CATEGORY_ZS:
      case UTF8PROC_CATEGORY_ZL:
      case UTF8PROC_CATEGORY_ZP:
        return false;
      default:
        break;
    }
    at += n;
    left -= n;
  }
  return true;
}

}  // namespace claif::sdk

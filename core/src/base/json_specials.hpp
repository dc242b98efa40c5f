// Which bytes end a run of plain text in a JSON string: for what reads strings, and what writes
// them.
#pragma once

#include <cstddef>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace claif::json {

// A quote, a backslash, a control character.
inline bool is_special(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

#if defined(__SSE2__)
// A bit for each special byte of the block.
inline unsigned specials(__m128i block) {
  // min(block, 0x1f) == block: an unsigned comparison, which SSE2 lacks.
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
  const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
  return static_cast<unsigned>(
      _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
}
#endif

// Where the first special byte at or after `at` is; s.size() when there is none.
inline size_t find_special(std::string_view s, size_t at) {
#if defined(__SSE2__)
  for (; s.size() - at >= 16; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(s.data() + at));
    if (const unsigned mask = specials(block); mask != 0)
      return at + static_cast<size_t>(__builtin_ctz(mask));
  }
#endif
  while (at < s.size() && !is_special(s[at]))
    ++at;
  return at;
}

}  // namespace claif::json

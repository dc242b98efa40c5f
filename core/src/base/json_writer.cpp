#include "base/json.hpp"

#include <array>
#include <charconv>
#include <cmath>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace claif::json {
namespace {

// Length of the longest prefix that stands in a JSON string as it is: no quote, backslash or
// control character.
size_t plain_prefix(std::string_view s) {
  size_t i = 0;
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'),
                control = _mm_set1_epi8(0x1f);
  for (; i + 16 <= s.size(); i += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(s.data() + i));
    // min(block, 0x1f) == block: an unsigned comparison, which SSE2 lacks.
    const __m128i special =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)),
                     _mm_cmpeq_epi8(_mm_min_epu8(block, control), block));
    if (const int mask = _mm_movemask_epi8(special); mask != 0)
      return i + static_cast<size_t>(__builtin_ctz(static_cast<unsigned>(mask)));
  }
#endif
  for (; i < s.size(); ++i) {
    const auto c = static_cast<unsigned char>(s[i]);
    if (c == '"' || c == '\\' || c < 0x20) break;
  }
  return i;
}

void append_escape(std::string& out, unsigned char c) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00", out += kDigits[c >> 4], out += kDigits[c & 15];
  }
}

void append_string(std::string& out, std::string_view s) {
  out += '"';
  for (;;) {
    const size_t n = plain_prefix(s);
    out.append(s.data(), n);
    if (n == s.size()) break;
    append_escape(out, static_cast<unsigned char>(s[n]));
    s.remove_prefix(n + 1);
  }
  out += '"';
}

template <class Number>
void append_number(std::string& out, Number n) {
  std::array<char, 32> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr);
}

}  // namespace

Writer& Writer::string(std::string_view s) {
  separate();
  append_string(out_, s);
  return *this;
}

Writer& Writer::integer(int64_t n) {
  separate();
  append_number(out_, n);
  return *this;
}

Writer& Writer::number(double n) {
  if (!std::isfinite(n)) return null();  // JSON has no word for it
  separate();
  append_number(out_, n);
  return *this;
}

bool Writer::Uint64(uint64_t n) {
  separate();
  append_number(out_, n);
  return true;
}

Writer& Writer::any_key(std::string_view k) {
  separate();
  append_string(out_, k);
  out_ += ':';
  fresh_ = true;
  return *this;
}

}  // namespace claif::json

#include "base/json.hpp"
#include "base/json_specials.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace claif::json {
namespace {

// Writes the escape of `c` and returns its length, at most 6.
size_t put_escape(char* out, unsigned char c) {
  static constexpr char kDigits[] = "0123456789abcdef";
  static constexpr std::string_view kShort[] = {"\"\"", "\\\\", "\bb", "\ff", "\nn", "\rr", "\tt"};
  out[0] = '\\';
  for (const std::string_view pair : kShort) {
    if (static_cast<unsigned char>(pair[0]) != c) continue;
    out[1] = pair[1];
    return 2;
  }
  out[1] = 'u';
  out[2] = out[3] = '0';
  out[4] = kDigits[c >> 4];
  out[5] = kDigits[c & 15];
  return 6;
}

// Copies up to 16 bytes that need no escape; returns how many.
size_t put_plain(char* out, std::string_view s) {
#if defined(__SSE2__)
  if (s.size() >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(s.data()));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), block);
    const unsigned mask = specials(block);
    return mask == 0 ? 16 : static_cast<size_t>(__builtin_ctz(mask));
  }
#endif
  size_t n = 0;
  for (; n < s.size() && n < 16 && !is_special(s[n]); ++n)
    out[n] = s[n];
  return n;
}

void append_string(std::string& out, std::string_view s) {
  std::array<char, 2048> buffer;
  size_t used = 0;
  buffer[used++] = '"';
  while (!s.empty()) {
    if (used > buffer.size() - 32) {  // room for a block and an escape
      out.append(buffer.data(), used);
      used = 0;
    }
    const size_t n = put_plain(buffer.data() + used, s);
    used += n;
    s.remove_prefix(n);
    if (n == 16 || s.empty()) continue;
    used += put_escape(buffer.data() + used, static_cast<unsigned char>(s[0]));
    s.remove_prefix(1);
  }
  buffer[used++] = '"';
  out.append(buffer.data(), used);
}

template <class Number>
void append_number(std::string& out, Number n) {
  std::array<char, 32> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr);
}

}  // namespace

Writer& Writer::string(std::string_view s) {
  separate();
  const std::string_view literal = source_ != nullptr ? source_->literal(s) : std::string_view();
  if (literal.empty())
    append_string(out_, s);
  else
    out_.append(1, '"').append(literal).append(1, '"');
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

#include "base/json_source.hpp"

#include "base/json_specials.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

namespace claif::json {
namespace {

// The first special byte from `p` on; the zero byte at `end` is one.
char* skip_plain(char* p, [[maybe_unused]] const char* end) {
#if defined(__SSE2__)
  for (; end - p >= 16; p += 16) {
    const unsigned mask = specials(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    if (mask != 0) return p + __builtin_ctz(mask);
  }
#endif
  while (!is_special(*p))
    ++p;
  return p;
}

// Copies plain text to `to`, which has room for 16 bytes more; returns its length.
size_t copy_plain(const char* from, [[maybe_unused]] const char* end, char* to) {
  size_t n = 0;
#if defined(__SSE2__)
  for (; end - (from + n) >= 16; n += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + n));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + n), block);
    if (const unsigned mask = specials(block); mask != 0)
      return n + static_cast<size_t>(__builtin_ctz(mask));
  }
#endif
  for (; !is_special(from[n]); ++n)
    to[n] = from[n];
  return n;
}

// What a backslash and `c` stand for; 0 for \u, and for what is no escape.
char unescaped(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

}  // namespace

SourceStream::SourceStream(std::string& text, Literals& literals)
    : begin_(text.data()), end_(begin_ + text.size()), at_(begin_), literals_(literals) {
  literals.source_ = begin_;
  literals.source_size_ = text.size();
}

char* SourceStream::PutBegin() {
  start_ = at_;
  at_ = skip_plain(at_, end_);
  to_ = at_;
  return *at_ == '"' ? start_ : decode(start_);
}

// `at_` is where the plain text from `from` on ends.
char* SourceStream::decode(char* from) {
  if (literals_.decoded_ == nullptr)
    literals_.decoded_.reset(new char[literals_.source_size_ + 16]);
  char* const head = literals_.decoded_.get() + (from - begin_);
  const auto plain = static_cast<size_t>(at_ - from);
  std::memcpy(head, from, plain);
  to_ = head + plain;
  while (*at_ == '\\') {
    const char c = unescaped(at_[1]);
    if (c == 0) break;
    *to_++ = c;
    at_ += 2;
    const size_t n = copy_plain(at_, end_, to_);
    at_ += n;
    to_ += n;
  }
  return head;
}

size_t SourceStream::PutEnd(const char* head) {
  const auto length = static_cast<size_t>(to_ - head);
  const auto written = static_cast<size_t>(at_ - start_) - 1;
  if (written >= Literals::kLong) literals_.entries_.push_back({start_, written, length - 1});
  return length;
}

bool SourceStream::Literals::is_decoded(const char* p) const {
  return decoded_ != nullptr && !std::less<>()(p, decoded_.get()) &&
         std::less<>()(p, decoded_.get() + source_size_);
}

std::string_view SourceStream::Literals::of(std::string_view text) const {
  const char* const written =
      is_decoded(text.data()) ? source_ + (text.data() - decoded_.get()) : text.data();
  const auto entry =
      std::lower_bound(entries_.begin(), entries_.end(), written,
                       [](const Entry& e, const char* p) { return std::less<>()(e.written, p); });
  if (entry == entries_.end() || entry->written != written || entry->size != text.size()) return {};
  return {entry->written, entry->written_size};
}

}  // namespace claif::json

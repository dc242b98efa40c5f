#include "base/json_canonical.hpp"

#include "base/json.hpp"
#include "base/json_specials.hpp"
#include "base/limits.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

namespace claif::json {
namespace {

constexpr size_t kExactDigits = 15;  // every integer of so many is a double

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// As ECMAScript's Number::toString does (RFC 8785 section 3.2.2.3).
void append_number(std::string& out, double n) {
  if (n == 0) {
    out += '0';
    return;
  }
  std::array<char, 32> text{};
  const auto done = std::to_chars(text.data(), text.data() + text.size(), std::fabs(n),
                                  std::chars_format::scientific);
  const std::string_view written(text.data(), static_cast<size_t>(done.ptr - text.data()));
  const size_t e = written.find('e');
  std::string digits(1, written[0]);
  if (e > 2) digits += written.substr(2, e - 2);
  int exponent = 0;
  const char* const sign = written.data() + e + 1;
  std::from_chars(*sign == '+' ? sign + 1 : sign, done.ptr, exponent);
  const int point = exponent + 1;  // where it is in `digits`
  const int count = static_cast<int>(digits.size());
  if (n < 0) out += '-';
  if (point > 21 || point <= -6) {
    out += digits[0];
    if (count > 1) out.append(".").append(digits, 1);
    out.append(point > 0 ? "e+" : "e-").append(std::to_string(std::abs(exponent)));
  } else if (point <= 0) {
    out.append("0.").append(static_cast<size_t>(-point), '0').append(digits);
  } else if (count <= point) {
    out.append(digits).append(static_cast<size_t>(point - count), '0');
  } else {
    out.append(digits, 0, static_cast<size_t>(point))
        .append(".")
        .append(digits, static_cast<size_t>(point));
  }
}

// What the literal stands for.
std::optional<std::string> decoded(std::string_view literal) {
  const auto list = parse(std::string("[").append(literal).append("]"));
  if (!list || list->root().Size() != 1 || !list->root()[0].IsString()) return std::nullopt;
  const std::string_view value = text(list->root()[0]);
  return is_utf8(value) ? std::optional<std::string>(value) : std::nullopt;
}

// Of UTF-8 texts in the order of their UTF-16 code units (RFC 8785 section 3.2.3): as their bytes
// are, but for characters above U+FFFF, whose surrogates come before U+E000.
bool comes_before(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  const auto rank = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0xf0 ? 0xed00 + byte : byte << 8;
  };
  return rank(*x) < rank(*y);
}

bool is_less(std::string_view key, std::string_view other) {
  constexpr auto kPlain = [](std::string_view k) { return k.find('\\') == std::string_view::npos; };
  if (kPlain(key) && kPlain(other)) return comes_before(key, other);
  const auto quoted = [](std::string_view k) {
    return decoded(std::string("\"").append(k).append("\"")).value_or(std::string(k));
  };
  return comes_before(quoted(key), quoted(other));
}

class Canonicalizer {
 public:
  Canonicalizer(std::string& out, std::string_view in) : out_(out), in_(in) {}
  bool run() { return value() && (skip_blanks(), at_ == in_.size()); }

 private:
  struct Member {  // in out_: "key":value
    size_t begin, key_end, end;
  };

  char peek() const { return at_ < in_.size() ? in_[at_] : '\0'; }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r')
      ++at_;
  }
  // Past `c`, after blanks; false: something else is there.
  bool take(char c) {
    skip_blanks();
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  bool value() {
    skip_blanks();
    switch (peek()) {
      case '{':
        return nested(&Canonicalizer::object);
      case '[':
        return nested(&Canonicalizer::array);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }
  bool nested(bool (Canonicalizer::*what)()) {
    if (++depth_ > limits::kJsonDepth) return false;
    out_ += in_[at_++];
    const bool good = (this->*what)();
    --depth_;
    return good;
  }
  bool word(std::string_view w) {
    if (!in_.substr(at_).starts_with(w)) return false;
    out_ += w;
    at_ += w.size();
    return true;
  }
  bool array() {
    for (bool first = true; !take(']'); first = false) {
      if (!first && !take(',')) return false;
      if (!first) out_ += ',';
      if (!value()) return false;
    }
    out_ += ']';
    return true;
  }
  bool object();
  bool sort(size_t begin, size_t first);
  bool string();
  bool number();

  std::string_view key(const Member& m) const {
    return std::string_view(out_).substr(m.begin + 1, m.key_end - m.begin - 2);
  }

  std::string& out_;
  std::string_view in_;
  size_t at_ = 0;
  unsigned depth_ = 0;
  std::vector<Member> members_;  // of all the objects that are open
};

bool Canonicalizer::object() {
  const size_t first = members_.size(), begin = out_.size();
  bool sorted = true;
  while (!take('}')) {
    if (members_.size() > first) {
      if (!take(',')) return false;
      out_ += ',';
    }
    Member member{out_.size(), 0, 0};
    skip_blanks();
    if (peek() != '"' || !string() || !take(':')) return false;
    member.key_end = out_.size();
    out_ += ':';
    if (!value()) return false;
    member.end = out_.size();
    sorted = sorted && (members_.size() == first || is_less(key(members_.back()), key(member)));
    members_.push_back(member);
  }
  if (!sorted && !sort(begin, first)) return false;
  members_.resize(first);
  out_ += '}';
  return true;
}

// Puts members_ from `first` on in order; their text begins at `begin`.
bool Canonicalizer::sort(size_t begin, size_t first) {
  const auto from = members_.begin() + static_cast<std::ptrdiff_t>(first);
  std::sort(from, members_.end(),
            [this](const Member& a, const Member& b) { return is_less(key(a), key(b)); });
  std::string text;
  text.reserve(out_.size() - begin);
  for (auto m = from; m != members_.end(); ++m) {
    if (m != from) {
      if (!is_less(key(*(m - 1)), key(*m))) return false;  // twice
      text += ',';
    }
    text.append(out_, m->begin, m->end - m->begin);
  }
  out_.replace(begin, std::string::npos, text);
  return true;
}

bool Canonicalizer::string() {
  const size_t begin = at_++;
  bool canonical = true;
  for (;; ++at_) {
    at_ = find_special(in_, at_);
    if (peek() == '"') break;
    if (peek() != '\\' || ++at_ == in_.size()) return false;
    canonical &= std::string_view("\"\\bfnrt").find(in_[at_]) != std::string_view::npos;
  }
  const std::string_view literal = in_.substr(begin, ++at_ - begin);
  if (canonical) {
    out_ += literal;
    return true;
  }
  const auto text = decoded(literal);
  if (!text) return false;
  out_ += quote(*text);
  return true;
}

bool Canonicalizer::number() {
  const size_t begin = at_;
  if (peek() == '-') ++at_;
  const size_t digits = at_;
  while (is_digit(peek()))
    ++at_;
  const size_t count = at_ - digits;
  if (count == 0) return false;
  const bool integer = peek() != '.' && peek() != 'e' && peek() != 'E';
  if (integer && (count > kExactDigits || in_[digits] != '0')) {
    out_.append(in_, begin, at_ - begin);
    return true;
  }
  while (is_digit(peek()) || std::string_view(".eE+-").find(peek()) != std::string_view::npos)
    ++at_;
  double n = 0;
  const auto [end, error] = std::from_chars(in_.data() + begin, in_.data() + at_, n);
  if (error != std::errc() || end != in_.data() + at_) return false;
  append_number(out_, n);
  return true;
}

}  // namespace

bool append_canonical(std::string& out, std::string_view text) {
  return Canonicalizer(out, text).run();
}

}  // namespace claif::json

// Finds things in JSON text that stays as it is: where members and elements begin and end, without
// making values of them. For text that passed check(); on other text the walk ends early.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace claif::json {

struct Span {
  size_t begin = 0, end = 0;
  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

// The members of the object that `text` is, in order. `text` must outlive it.
class Members {
 public:
  explicit Members(std::string_view text);
  bool next();  // false: there are no more
  bool is(std::string_view key) const;
  Span whole() const { return {key_.begin, value_.end}; }  // from the key to the end of the value
  Span key() const { return key_; }                        // the literal
  Span value() const { return value_; }

 private:
  std::string_view text_;
  size_t at_;
  Span key_, value_;
};

// The elements of the array that text[list] is, in order.
class Elements {
 public:
  Elements(std::string_view text, Span list);
  bool next();
  Span element() const { return element_; }

 private:
  std::string_view text_;
  size_t at_;
  Span element_;
};

// The value of a string literal, quotes included; empty when it is none.
std::string unquote(std::string_view literal);

// `text` without the blanks between its tokens.
std::string without_blanks(std::string_view text);

}  // namespace claif::json

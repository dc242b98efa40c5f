#include "base/json_scan.hpp"

#include "base/json.hpp"

#include <algorithm>

namespace claif::json {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

size_t skip_blanks(std::string_view text, size_t at) {
  while (at < text.size() && is_blank(text[at]))
    ++at;
  return at;
}

// Past the string literal whose opening quote is at `at`.
size_t skip_string(std::string_view text, size_t at) {
  for (++at;; ++at) {
    at = text.find('"', at);
    if (at == std::string_view::npos) return text.size();
    size_t escapes = 0;
    while (text[at - 1 - escapes] == '\\')
      ++escapes;
    if (escapes % 2 == 0) return at + 1;
  }
}

size_t skip_value(std::string_view text, size_t at) {
  size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
    } else if (depth > 0) {
      if (c == '}' || c == ']') --depth;
      ++at;
    } else {  // a number or a word
      return std::min(text.find_first_of(",]} \n\t\r", at), text.size());
    }
    if (depth == 0) return at;
  }
  return at;
}

// Where the first thing inside of the brackets is; the end when `text` does not begin with one.
size_t enter(std::string_view text, size_t at, char bracket) {
  at = skip_blanks(text, at);
  return at < text.size() && text[at] == bracket ? skip_blanks(text, at + 1) : text.size();
}

// Past the comma after a member or element, to the next one.
size_t to_next(std::string_view text, size_t at) {
  at = skip_blanks(text, at);
  return at < text.size() && text[at] == ',' ? skip_blanks(text, at + 1) : text.size();
}

}  // namespace

Members::Members(std::string_view text) : text_(text), at_(enter(text, 0, '{')) {}

bool Members::next() {
  if (at_ >= text_.size() || text_[at_] != '"') return false;
  key_ = {at_, skip_string(text_, at_)};
  const size_t colon = skip_blanks(text_, key_.end);
  if (colon >= text_.size() || text_[colon] != ':') return false;
  value_.begin = skip_blanks(text_, colon + 1);
  value_.end = skip_value(text_, value_.begin);
  at_ = to_next(text_, value_.end);
  return true;
}

bool Members::is(std::string_view key) const {
  const std::string_view literal = key_.of(text_);
  if (literal.find('\\') != std::string_view::npos) return unquote(literal) == key;
  return literal.size() == key.size() + 2 && literal.substr(1, key.size()) == key;
}

Elements::Elements(std::string_view text, Span list)
    : text_(text.substr(0, list.end)), at_(enter(text_, list.begin, '[')) {}

bool Elements::next() {
  if (at_ >= text_.size() || text_[at_] == ']') return false;
  element_ = {at_, skip_value(text_, at_)};
  at_ = to_next(text_, element_.end);
  return true;
}

std::string unquote(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != '"') return {};
  if (literal.find('\\') == std::string_view::npos)
    return std::string(literal.substr(1, literal.size() - 2));
  const auto list = parse(std::string("[").append(literal).append("]"));
  if (!list || list->root().Empty() || !list->root()[0].IsString()) return {};
  return std::string(json::text(list->root()[0]));
}

std::string without_blanks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = skip_blanks(text, 0); at < text.size(); at = skip_blanks(text, at)) {
    size_t end = at;
    while (end < text.size() && !is_blank(text[end]))
      end = text[end] == '"' ? skip_string(text, end) : end + 1;
    out.append(text, at, end - at);
    at = end;
  }
  return out;
}

}  // namespace claif::json

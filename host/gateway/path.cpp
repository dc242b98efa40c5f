#include "gateway/path.hpp"

#include <charconv>

namespace claif::gateway {
namespace {

// Takes the text up to the next slash off the front of `text`, and the slash.
std::string_view take_segment(std::string_view& text, bool& last) {
  const size_t slash = text.find('/');
  const std::string_view out = text.substr(0, slash);
  last = slash == std::string_view::npos;
  text.remove_prefix(last ? text.size() : slash + 1);
  return out;
}

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.starts_with('{') && segment.ends_with('}');
}

}  // namespace

bool match_path(std::string_view pattern, std::string_view path, PathParameters& out) {
  if (pattern.find('{') == std::string_view::npos) return pattern == path;
  out.clear();
  bool pattern_ends = false, path_ends = false;
  while (!pattern_ends && !path_ends) {
    const std::string_view wanted = take_segment(pattern, pattern_ends);
    const std::string_view given = take_segment(path, path_ends);
    if (!is_parameter(wanted)) {
      if (wanted != given) return false;
    } else if (given.empty()) {
      return false;
    } else {
      // Decoded after the split: an escaped slash belongs to the parameter.
      out.emplace_back(wanted.substr(1, wanted.size() - 2), percent_decode(given));
    }
  }
  return pattern_ends && path_ends;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    unsigned char byte = 0;
    const std::string_view digits = text.substr(at + 1, 2);
    if (text[at] == '%' && digits.size() == 2) {
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + 2, byte, 16);
      if (error == std::errc() && end == digits.data() + 2) {
        out.push_back(static_cast<char>(byte));
        at += 2;
        continue;
      }
    }
    out.push_back(text[at]);
  }
  return out;
}

}  // namespace claif::gateway

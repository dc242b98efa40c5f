#include "wire/code_fence.hpp"

#include <algorithm>
#include <string>

namespace claif::wire {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view s) {
  s.remove_prefix(std::min(s.find_first_not_of(kSpace), s.size()));
  return s.substr(0, s.find_last_not_of(kSpace) + 1);
}

}  // namespace

std::string_view without_fence(std::string_view text) {
  const std::string_view whole = trimmed(text);
  const char mark = whole.empty() ? '\0' : whole.front();
  const size_t marks = std::min(whole.find_first_not_of(mark), whole.size());
  if ((mark != '`' && mark != '~') || marks < 3) return text;
  const std::string fence(whole.substr(0, marks));
  const size_t line_end = whole.find('\n');
  if (line_end == std::string_view::npos) return text;
  const std::string_view info = whole.substr(marks, line_end - marks);
  if (info.find(mark) != std::string_view::npos) return text;
  std::string_view inside = whole.substr(line_end);
  if (!inside.ends_with(fence)) return text;
  inside = inside.substr(0, inside.find_last_not_of(mark) + 1);
  // A line that starts like that closes the fence: what follows it is outside.
  if (inside.find("\n" + fence) != std::string_view::npos) return text;
  return trimmed(inside);
}

}  // namespace claif::wire

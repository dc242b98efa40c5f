#include "gateway/dialect.hpp"

#include <algorithm>

namespace claif::gateway {
namespace {

bool is_below(std::string_view path, std::string_view root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

bool equal_but_for_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

// Of an absolute-form target, what follows the authority.
std::string_view path_of(std::string_view target) {
  if (const size_t scheme = target.find("://"); scheme < target.find('/'))
    target.remove_prefix(std::min(target.find('/', scheme + 3), target.size()));
  return target.substr(0, target.find('?'));
}

}  // namespace

Dialect dialect_of(std::string_view path, bool names_version) {
  if (is_below(path, "/v1/messages")) return Dialect::anthropic;
  if (is_below(path, "/v1/chat") || is_below(path, "/v1/responses")) return Dialect::openai;
  return names_version ? Dialect::anthropic : Dialect::openai;
}

Dialect dialect_of_head(std::string_view head) {
  constexpr std::string_view kVersion = "anthropic-version:";
  const size_t line_end = head.find("\r\n");
  std::string_view target = head.substr(0, line_end);
  target.remove_prefix(std::min(target.find(' ') + 1, target.size()));
  target = target.substr(0, target.find(' '));
  bool names_version = false;
  for (size_t at = line_end; at != std::string_view::npos; at = head.find("\r\n", at + 2))
    names_version |= equal_but_for_case(head.substr(at + 2, kVersion.size()), kVersion);
  return dialect_of(path_of(target), names_version);
}

}  // namespace claif::gateway

// Paths of routes, with parameters: "/v1/models/{id}".
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claif::gateway {

// The parameters of a path, by the names that the pattern gives them; percent-decoded.
using PathParameters = std::vector<std::pair<std::string_view, std::string>>;

// Whether `path` is one of those that `pattern` describes: the same segments, but for those in
// braces, each of which stands for one segment that is not empty. The names in `out` are views of
// `pattern`; on false, `out` is of no use.
bool match_path(std::string_view pattern, std::string_view path, PathParameters& out);

// The text that %XX escapes stand for. An escape that is none stays as it is.
std::string percent_decode(std::string_view text);

}  // namespace claif::gateway

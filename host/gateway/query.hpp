// The query of a URL.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claif::gateway {

// name=value pairs, percent-decoded, with "+" for a space, in their order.
using Query = std::vector<std::pair<std::string, std::string>>;

Query parse_query(std::string_view text);

// The first value of that name.
std::optional<std::string> value_of(const Query& query, std::string_view name);

}  // namespace claif::gateway

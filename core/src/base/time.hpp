// Points in time as text. In milliseconds since 1970, UTC, as Clock::wall_ms().
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace claif {

// "2026-11-23T12:00:00.5Z", or with an offset such as +01:00.
std::optional<int64_t> parse_rfc3339(std::string_view text);

// "Mon, 23 Nov 2026 12:00:00 GMT", and the two older forms that HTTP still allows.
std::optional<int64_t> parse_http_date(std::string_view text);

}  // namespace claif

// Whose API a client speaks: routes that both have answer in its dialect, and so do errors.
#pragma once

#include <string_view>

namespace claif::gateway {

enum class Dialect { openai, anthropic };

// `names_version`: the request has the header anthropic-version, which only Anthropic's clients
// send.
Dialect dialect_of(std::string_view path, bool names_version);

// The same for the head of a request as it was received, which may be wrong or incomplete.
Dialect dialect_of_head(std::string_view head);

}  // namespace claif::gateway

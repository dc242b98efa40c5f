// What every stream of the Responses API keeps to, whatever the upstream did (translation.md 5.3).
#pragma once

#include "support/played_response.hpp"

#include <string>
#include <string_view>

namespace claif::test {

// The first thing that is wrong with the bytes that went to the client; nothing: empty. No bytes
// are no stream: nothing is wrong with them. The stream is over, so it must have come to an end.
std::string response_violation(std::string_view sse);

// Where the object at the end of a complete stream differs from what the message becomes that its
// events add up to; nothing: empty.
std::string response_sum_difference(const PlayedResponse& played, const wire::ResponsesEcho& echo);

}  // namespace claif::test

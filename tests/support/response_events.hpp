// The events of a Responses API stream, read back and compared (translation.md 5.3).
#pragma once

#include "support/json_difference.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace claif::test {

inline constexpr std::string_view kResponseId = "resp_000102030405060708090a0b0c0d0e0f";

struct ResponseEvents {
  std::vector<std::string> events;  // JSON of each, in order
  // What is wrong with the framing, the numbering, or the ids: that of the response is as given;
  // that of an item is of its kind and the same wherever it is named. Empty: nothing.
  std::string fault;
};
// An empty `id` is any, the same in each event.
ResponseEvents read_response_events(std::string_view sse, std::string_view id = kResponseId);

// A response object against the wanted one. What it repeats of the request and ids do not count,
// nulls count as absent, complete arguments and encrypted_content compare as JSON.
std::string response_difference(const json::Value& wanted, const json::Value& actual);
// The events of a stream against the wanted ones, in the same way.
std::string events_difference(const json::Value& wanted, const std::vector<std::string>& actual);

}  // namespace claif::test

// The body of an upstream's stream as a vector gives it, and the events that are in it.
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claif::test {

// As given, or made of the events.
std::string upstream_body(const json::Value& vector);

using SseEvents = std::vector<std::pair<std::string, std::string>>;  // type, data

// The events of a body that arrives in two pieces, cut at `cut`.
SseEvents read_events(std::string_view body, size_t cut);
// Where cutting the body makes other events of it; nothing: empty.
std::string cut_fault(std::string_view body);

}  // namespace claif::test

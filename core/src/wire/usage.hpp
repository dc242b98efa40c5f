// Token counts, between their JSON and Usage.
#pragma once

#include "base/json.hpp"
#include "wire/event.hpp"

#include <string_view>

namespace claif::wire {

Usage read_usage(const json::Value* usage);                      // null: nothing said
void write_openai_usage(json::Writer& out, const Usage& usage);  // A7, with both details objects
// Without `service_tier` when that is empty.
void write_anthropic_usage(json::Writer& out,
                           const Usage& usage,
                           std::string_view service_tier = {});

}  // namespace claif::wire

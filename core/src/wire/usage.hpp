// Token counts, between their JSON and Usage.
#pragma once

#include "base/json.hpp"
#include "wire/event.hpp"

namespace claif::wire {

Usage read_usage(const json::Value* usage);                      // null: nothing said
void write_openai_usage(json::Writer& out, const Usage& usage);  // A7, with both details objects
void write_anthropic_usage(json::Writer& out, const Usage& usage);

}  // namespace claif::wire

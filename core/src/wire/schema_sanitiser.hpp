// JSON Schemas of OpenAI's strict mode -> what Claude's structured output takes (translation.md F3,
// F4).
#pragma once

#include "base/json.hpp"

namespace claif::wire {

// F3: no external or recursive $ref, no open object.
bool is_representable(const json::Value& schema);

// F4: keeps what is understood, closes every object, and moves other constraints into the
// description. `schema` must be representable.
void write_sanitised(const json::Value& schema, json::Writer& out);

}  // namespace claif::wire

// Whether the arguments of a call fit the schema that the request declared for the tool (G3).
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>

namespace claif::approval {

// What of `value` breaks the JSON Schema `schema`: a missing required key, a key that
// additionalProperties forbids, a value of another type, at any depth, also through properties,
// items, prefixItems, allOf, anyOf, oneOf and $ref into the same schema. Empty: nothing. Other
// keywords are not looked at. A schema that cannot be followed ($ref to nowhere or in a circle, no
// JSON, too costly) fits nothing.
std::string schema_defect(const json::Value& value, std::string_view schema);

}  // namespace claif::approval

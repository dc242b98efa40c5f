// JSON Schema, for the configurations of plugins and of claif itself.
#pragma once

#include <claif/result.hpp>

#include <string>
#include <string_view>

namespace claif {

// configuration when `json` does not satisfy `schema`; the message names the key and, for an
// unknown one, the nearest known. `where` begins the message, e.g. "approval.config"; `unknown` is
// what it says of an unknown key. An empty schema accepts everything. A schema whose $refs go round
// in a circle must not come here.
Result<void> check_schema(std::string_view schema,
                          std::string_view json,
                          std::string_view where,
                          std::string_view unknown = "is no setting");

}  // namespace claif

// The policy of a case as the configuration of plugins.
#pragma once

#include "base/json.hpp"
#include "config/config.hpp"

#include <claif/result.hpp>

namespace claif::cases {

// `strategy` is {"type": "allow_list", ...}, as cases write it, or {"use", "config"}, as a
// configuration does. `test_case` may have a "resolver", which stands in for DNS: without one every
// name is at a public address. invalid_request when `strategy` is neither.
Result<PluginSpec> policy_of(const json::Value& strategy, const json::Value& test_case);

}  // namespace claif::cases

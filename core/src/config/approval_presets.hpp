// Approval policies that have a name: {"use": "production"}.
#pragma once

#include "config/config.hpp"

#include <claif/result.hpp>

namespace claif {

// The policy that a preset stands for; any other spec as it is. configuration when a preset has a
// configuration of its own.
//
// testing: every call is allowed.
// development: every call is allowed, but for tools that run commands, or whose names say that they
//   destroy or spend.
// production: only tools whose names say that they read are allowed, and none of those that
//   development denies.
Result<PluginSpec> approval_policy(const PluginSpec& spec);

}  // namespace claif

// Cache backends as the core sees them. A backend that fails costs a hit, never an answer.
#pragma once

#include "plugin/call.hpp"

#include <optional>
#include <string>

namespace claif::plugin {

Task<std::optional<std::string>> cache_get(CallSite site,
                                           std::string key,
                                           Millis deadline);  // nothing: a miss, or a failure
Task<bool> cache_put(
    CallSite site, std::string key, std::string value, Millis ttl, Millis deadline);

}  // namespace claif::plugin

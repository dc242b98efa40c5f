// From the merged document to Config.
#pragma once

#include "base/json.hpp"
#include "config/config.hpp"

#include <functional>
#include <optional>
#include <string>

namespace claif::config {

using Env = std::function<std::optional<std::string>(const std::string&)>;

// Replaces ${env:NAME} and ${file:path} in every string below `value`; collects what they stood
// for.
Result<void> expand(json::Value& value,
                    rapidjson::Document::AllocatorType& allocator,
                    const Env& env,
                    const std::string& path,
                    std::vector<std::string>& secrets);

// `root` satisfies config_schema().
Config decode(const json::Value& root);

}  // namespace claif::config

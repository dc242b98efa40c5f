// The models that a client may ask for: the transport's list, or claif's own table.
#pragma once

#include "plugin/call.hpp"

#include <claif/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace claif::models {

struct Model {
  std::string id;
  int64_t created = 0;        // seconds since 1970; 0: unknown
  std::string shutdown_date;  // 2027-01-22; empty: not known
  std::string json;           // Anthropic's ModelInfo as it came, or what claif knows of it
};

// The transport's list as it came, an Anthropic ModelInfo each. unsupported when it has none.
Task<Result<std::vector<std::string>>> fetch(plugin::CallSite transport);

// The transport's list, or claif's own when it has none.
Task<Result<std::vector<Model>>> list(plugin::CallSite transport);

// The model of that id, or the one that it is short for: claude-opus-4-5 for
// claude-opus-4-5-20251101. Null when there is none.
const Model* find(const std::vector<Model>& models, std::string_view id);

}  // namespace claif::models

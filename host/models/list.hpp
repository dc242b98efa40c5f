// The models that a client may ask for: the transport's list, or claif's own table.
#pragma once

#include "plugin/call.hpp"

#include <claif/result.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace claif::models {

struct Model {
  std::string id;
  int64_t created = 0;  // seconds since 1970; 0: unknown
};

Task<Result<std::vector<Model>>> list(plugin::CallSite transport);

}  // namespace claif::models

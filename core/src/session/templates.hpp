// Templates: beginnings of sessions by name.
#pragma once

#include <claif/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace claif::session {

struct Template {
  std::string name, description, system;
};

// Those that are built in, and those of the configuration, which win over them. Constant once made.
class Templates {
 public:
  explicit Templates(std::vector<Template> configured = {});
  const std::vector<Template>& all() const { return all_; }
  // invalid_request, with the names that there are.
  Result<const Template*> find(std::string_view name) const;

 private:
  std::vector<Template> all_;
};

}  // namespace claif::session

// Keeps the table of models as the upstream has it (translation.md R4).
#pragma once

#include "plugin/call.hpp"
#include "wire/model_table.hpp"

#include <functional>
#include <string_view>

namespace claif::models {

// Fetches the upstream's list at once and every hour. A list that cannot be had leaves the table as
// it is, and is complained of once until it can be had again. Loop thread only; must outlive the
// loop's run.
class Refresh {
 public:
  using Complain = std::function<void(std::string_view)>;
  Refresh(plugin::CallSite transport, wire::CurrentModels& models, Complain complain)
      : transport_(transport), models_(models), complain_(std::move(complain)) {}
  Refresh(const Refresh&) = delete;
  Refresh& operator=(const Refresh&) = delete;

  void start();

 private:
  Task<void> fetch_once();
  void take(const Result<std::vector<std::string>>& list);

  plugin::CallSite transport_;
  wire::CurrentModels& models_;
  Complain complain_;
  bool complained_ = false;
};

}  // namespace claif::models

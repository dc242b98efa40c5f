// The files of one case: a fresh workspace, a directory outside of it, and what is done to them.
#pragma once

#include "base/json.hpp"

#include <claif/result.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace claif::cases {

// Gone when it ends.
class Workspace {
 public:
  static Result<Workspace> create();
  Workspace(Workspace&& other) noexcept : base_(std::move(other.base_)) { other.base_.clear(); }
  Workspace& operator=(Workspace&&) = delete;
  ~Workspace();

  // `json` with the places of this workspace for $WS and $OUT.
  std::string fill_in(std::string_view json) const;
  // Does one operation: ["file", path], ["mkdir", path], ["fifo", path], ["symlink", link, target],
  // ["hardlink", link, target], ["remove", path], ["rename", from, to]; what was there before goes.
  // invalid_request for anything else, or when it fails.
  Result<void> apply(const json::Value& operation) const;

 private:
  explicit Workspace(std::filesystem::path base) : base_(std::move(base)) {}
  std::filesystem::path base_;
};

}  // namespace claif::cases

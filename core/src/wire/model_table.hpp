// The built-in table of models, corrected by what the upstream says of them (R4).
#pragma once

#include "wire/models.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

// What Anthropic's ModelInfo object says of a model; absent when it does not.
struct ModelInfo {
  struct ThinkingTypes {
    bool adaptive, between_tools, disabled, enabled;
  };
  std::string id;
  std::optional<int64_t> max_tokens, max_input_tokens;
  std::optional<ThinkingTypes> thinking;
  std::optional<bool> xhigh_effort, structured_outputs;
  std::string lifecycle, retires_at;  // as they came, may be empty
};
// Nothing when `json` is no model with an id.
std::optional<ModelInfo> read_model_info(std::string_view json);

// Immutable, so that requests may use it while a newer one takes its place.
class ModelTable {
 public:
  // The built-in rows, corrected by `models`, and a row for each of these that is not built in.
  // What is not published, such as forced tools, stays.
  explicit ModelTable(const std::vector<ModelInfo>& models);
  ModelTable(const ModelTable&) = delete;
  ModelTable& operator=(const ModelTable&) = delete;

  const ModelRow* find(std::string_view table_id) const;
  std::span<const ModelRow> rows() const { return rows_; }

 private:
  std::deque<std::string> ids_;  // of the rows that are not built in
  std::vector<ModelRow> rows_;
};

// The table in force. Thread-safe.
class CurrentModels {
 public:
  std::shared_ptr<const ModelTable> get() const {
    const std::lock_guard lock(mutex_);
    return table_;
  }
  void set(std::shared_ptr<const ModelTable> table) {
    const std::lock_guard lock(mutex_);
    table_ = std::move(table);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const ModelTable> table_ =
      std::make_shared<const ModelTable>(std::vector<ModelInfo>());
};

}  // namespace claif::wire

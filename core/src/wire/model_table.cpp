#include "wire/model_table.hpp"

#include "base/json.hpp"

namespace claif::wire {
namespace {

// capabilities.<name>.supported
std::optional<bool> supported(const json::Value* owner, std::string_view name) {
  const json::Value* capability = owner != nullptr ? json::find(*owner, name) : nullptr;
  const json::Value* flag = capability != nullptr ? json::find(*capability, "supported") : nullptr;
  return flag != nullptr && flag->IsBool() ? std::optional<bool>(flag->GetBool()) : std::nullopt;
}

std::optional<int64_t> count(const json::Value& model, std::string_view name) {
  const int64_t n = json::integer_or(model, name);
  return n > 0 ? std::optional<int64_t>(n) : std::nullopt;
}

std::optional<ModelInfo::ThinkingTypes> read_thinking(const json::Value& thinking) {
  const json::Value* types = json::find(thinking, "types");
  const auto adaptive = supported(types, "adaptive"), disabled = supported(types, "disabled");
  const auto enabled = supported(types, "enabled");
  if (!adaptive || !disabled || !enabled) return std::nullopt;
  return ModelInfo::ThinkingTypes{*adaptive, supported(types, "between_tools").value_or(false),
                                  *disabled, *enabled};
}

// The class that accepts these types. Whether a model thinks by default is not published: a model
// that is not built in counts as one that does, as all newer ones do.
Thinking class_of(const ModelInfo::ThinkingTypes& types, Thinking built_in) {
  if (!types.adaptive) return types.enabled ? Thinking::d : built_in;
  if (types.disabled) return built_in == Thinking::c ? Thinking::c : Thinking::b;
  return types.between_tools ? Thinking::e : Thinking::a;
}

void correct(ModelRow& row, const ModelInfo& model) {
  if (model.max_tokens) row.max_output = *model.max_tokens;
  if (model.max_input_tokens) row.max_input = *model.max_input_tokens;
  if (model.thinking) row.thinking = class_of(*model.thinking, row.thinking);
  if (model.xhigh_effort) row.xhigh_effort = *model.xhigh_effort;
  if (model.structured_outputs) row.structured_outputs = *model.structured_outputs;
}

}  // namespace

std::optional<ModelInfo> read_model_info(std::string_view text) {
  const auto doc = json::parse(std::string(text));
  if (!doc) return std::nullopt;
  const json::Value& model = doc->root();
  ModelInfo out;
  out.id = json::string_or(model, "id");
  if (out.id.empty()) return std::nullopt;
  out.max_tokens = count(model, "max_tokens");
  out.max_input_tokens = count(model, "max_input_tokens");
  out.lifecycle = json::string_or(model, "lifecycle");
  out.retires_at = json::string_or(model, "retires_at");
  const json::Value* capabilities = json::find(model, "capabilities");
  if (capabilities == nullptr) return out;
  out.structured_outputs = supported(capabilities, "structured_outputs");
  if (const json::Value* effort = json::find(*capabilities, "effort"))
    out.xhigh_effort = supported(effort, "xhigh").value_or(false);  // null: it has no such level
  if (const json::Value* thinking = json::find(*capabilities, "thinking"))
    out.thinking = read_thinking(*thinking);
  return out;
}

ModelTable::ModelTable(const std::vector<ModelInfo>& models)
    : rows_(known_models().begin(), known_models().end()) {
  for (const ModelInfo& model : models) {
    const std::string_view id = table_id(model.id);
    ModelRow* row = nullptr;
    for (ModelRow& known : rows_)
      if (known.id == id) row = &known;
    if (row == nullptr) {
      row = &rows_.emplace_back(unknown_model());
      row->id = ids_.emplace_back(id);
    }
    correct(*row, model);
  }
}

const ModelRow* ModelTable::find(std::string_view id) const {
  for (const ModelRow& row : rows_)
    if (row.id == id) return &row;
  return nullptr;
}

}  // namespace claif::wire

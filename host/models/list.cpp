#include "models/list.hpp"

#include "base/json.hpp"
#include "base/time.hpp"
#include "plugin/status.hpp"
#include "wire/models.hpp"

#include <claif/abi/transport.h>

#include <utility>

namespace claif::models {
namespace {

Model from_info(std::string json, const json::Value& info) {
  Model out;
  out.id = json::string_or(info, "id");
  out.created = parse_rfc3339(json::string_or(info, "created_at")).value_or(0) / 1000;
  const std::string_view retires = json::string_or(info, "retires_at");
  out.shutdown_date = retires.substr(0, retires.find('T'));
  out.json = std::move(json);
  return out;
}

std::vector<Model> own_table() {
  std::vector<Model> out;
  for (const wire::ModelRow& row : wire::known_models()) {
    json::Writer info;
    info.object().key("type").string("model").key("id").string(row.id);
    info.key("display_name").string(row.id);
    info.key("created_at").string("1970-01-01T00:00:00Z");  // Anthropic's word for unknown
    if (row.max_input > 0) info.key("max_input_tokens").integer(row.max_input);
    info.key("max_tokens").integer(row.max_output).end_object();
    out.push_back({std::string(row.id), 0, {}, info.take()});
  }
  return out;
}

bool is_date(std::string_view text) {
  return text.size() == 8 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Task<Result<std::vector<std::string>>> fetch(plugin::CallSite transport) {
  plugin::Items items;
  auto invoke = [](const claif_transport_v1& table, void* self, claif_op* op) {
    if (CLAIF_HAS(&table, models) && table.models != nullptr) return table.models(self, op);
    op->finish(op, CLAIF_E_UNSUPPORTED, nullptr, nullptr);
  };
  auto call = plugin::call_plugin<claif_transport_v1>(transport, Millis(20'000), "models",
                                                      plugin::OnInternalError::is_an_answer, &items,
                                                      std::move(invoke));
  plugin::OpResult result = co_await std::move(call);
  if (result.status != CLAIF_OK) co_return plugin::to_error(result, "listing the models");
  std::vector<std::string> out;
  for (auto& [kind, text] : items)
    if (kind == CLAIF_EMIT_ITEM) out.push_back(std::move(text));
  co_return out;
}

Task<Result<std::vector<Model>>> list(plugin::CallSite transport) {
  auto fetching = fetch(transport);
  auto items = co_await std::move(fetching);
  if (!items && items.error().code == Errc::unsupported) co_return own_table();
  if (!items) co_return fail(std::move(items.error()));
  std::vector<Model> out;
  for (std::string& text : *items)
    if (const auto doc = json::parse(text)) out.push_back(from_info(std::move(text), doc->root()));
  co_return out;
}

const Model* find(const std::vector<Model>& models, std::string_view id) {
  for (const Model& model : models)
    if (model.id == id) return &model;
  for (const Model& model : models) {
    std::string_view rest = model.id;
    if (!rest.starts_with(id)) continue;
    rest.remove_prefix(id.size());
    if (rest.starts_with('-') && is_date(rest.substr(1))) return &model;
  }
  return nullptr;
}

}  // namespace claif::models

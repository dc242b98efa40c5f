#include "models/list.hpp"

#include "base/json.hpp"
#include "plugin/status.hpp"
#include "wire/models.hpp"

#include <claif/abi/transport.h>

#include <ctime>

namespace claif::models {
namespace {

int64_t parse_time(std::string_view rfc3339) {
  std::tm tm{};
  const std::string text(rfc3339);
  return ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &tm) != nullptr
             ? static_cast<int64_t>(::timegm(&tm))
             : 0;
}

std::vector<Model> own_table() {
  std::vector<Model> out;
  for (const wire::ModelRow& row : wire::known_models()) {
    json::Writer info;
    info.object().key("type").string("model").key("id").string(row.id);
    if (row.max_input > 0) info.key("max_input_tokens").integer(row.max_input);
    info.key("max_tokens").integer(row.max_output).end_object();
    out.push_back({std::string(row.id), 0, info.take()});
  }
  return out;
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
  for (std::string& text : *items) {
    const auto doc = json::parse(text);
    if (!doc) continue;
    out.push_back({std::string(json::string_or(doc->root(), "id")),
                   parse_time(json::string_or(doc->root(), "created_at")), std::move(text)});
  }
  co_return out;
}

}  // namespace claif::models

#include "plugin/transport_preview.hpp"

#include "base/json.hpp"
#include "plugin/status.hpp"

namespace claif::plugin {
namespace {

// {"method", "url", "headers": [[name, value]]} (transport.h).
std::optional<Preview> read(const std::string& item) {
  const auto doc = json::parse(item);
  if (!doc) return std::nullopt;
  Preview out;
  out.method = json::string_or(doc->root(), "method");
  out.url = json::string_or(doc->root(), "url");
  if (out.method.empty() || out.url.empty()) return std::nullopt;
  const json::Value* headers = json::find(doc->root(), "headers");
  if (headers == nullptr || !headers->IsArray()) return std::nullopt;
  for (const auto& header : headers->GetArray()) {
    if (!header.IsArray() || header.Size() != 2 || !header[0].IsString() || !header[1].IsString())
      return std::nullopt;
    out.headers.emplace_back(json::text(header[0]), json::text(header[1]));
  }
  return out;
}

}  // namespace

Task<Result<std::optional<Preview>>> preview(CallSite transport,
                                             claif_request request,
                                             Millis deadline) {
  Items items;
  auto invoke = [request](const claif_transport_v1& table, void* self, claif_op* op) {
    if (CLAIF_HAS(&table, preview) && table.preview != nullptr)
      return table.preview(self, &request, op);
    op->finish(op, CLAIF_E_UNSUPPORTED, nullptr, nullptr);
  };
  auto call = call_plugin<claif_transport_v1>(
      transport, deadline, "preview", OnInternalError::is_a_fault, &items, std::move(invoke));
  OpResult result = co_await std::move(call);
  if (result.status == CLAIF_E_UNSUPPORTED) co_return std::optional<Preview>();
  if (result.status != CLAIF_OK) co_return to_error(result, "the preview of the request");
  for (const auto& [kind, item] : items) {
    auto told = kind == CLAIF_EMIT_ITEM ? read(item) : std::nullopt;
    if (told) co_return told;
  }
  co_return fail(Errc::internal, "the transport's preview of the request cannot be read");
}

}  // namespace claif::plugin

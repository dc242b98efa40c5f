#include "session/response_record.hpp"

#include "base/json.hpp"

namespace claif::session {
namespace {

Error damaged() {
  Error error;
  error.code = Errc::internal;
  error.message = "what the store returned is no response";
  return error;
}

Result<void> append_list(const json::Value* list, std::string& items) {
  if (list == nullptr || !list->IsArray()) return fail(damaged());
  for (const auto& item : list->GetArray())
    (items += items.empty() ? "" : ",") += json::dump(item);
  return {};
}

}  // namespace

std::string encode_response_record(const ResponseRecord& response, std::string_view owner) {
  json::Writer out(response.input.size() + response.object.size() + 256);
  out.object().key("owner").string(owner);
  if (!response.previous.empty()) out.key("previous").string(response.previous);
  out.key("head").string(response.head);
  // As text, so that they may nest as deeply as a request.
  out.key("input").string(response.input).key("response").string(response.object).end_object();
  return out.take();
}

Result<ResponseRecord> decode_response_record(std::string record, std::string_view owner) {
  const auto doc = json::parse(std::move(record));
  if (!doc) return fail(damaged());
  const std::string_view input = json::string_or(doc->root(), "input");
  const std::string_view object = json::string_or(doc->root(), "response");
  if (input.empty() || object.empty()) return fail(damaged());
  if (json::string_or(doc->root(), "owner") != owner)
    return fail(Errc::not_found, "the response belongs to somebody else");
  return ResponseRecord{std::string(json::string_or(doc->root(), "previous")),
                        std::string(json::string_or(doc->root(), "head")), std::string(input),
                        std::string(object)};
}

Result<void> append_input(const ResponseRecord& response, std::string& items) {
  const auto input = json::parse(response.input);
  return append_list(input ? &input->root() : nullptr, items);
}

Result<void> append_output(const ResponseRecord& response, std::string& items) {
  const auto object = json::parse(response.object);
  return append_list(object ? json::find(object->root(), "output") : nullptr, items);
}

}  // namespace claif::session

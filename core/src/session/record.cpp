#include "session/record.hpp"

#include "base/json.hpp"

namespace claif::session {

Result<std::string> encode_turn(std::string_view messages_json,
                                std::string_view answer_json,
                                int64_t wall_ms) {
  CLAIF_TRY(const auto answer, json::parse(std::string(answer_json)));
  const json::Value* content = json::find(answer.root(), "content");
  if (content == nullptr || !content->IsArray())
    return fail(Errc::internal, "the answer to store is no message");
  json::Writer out(messages_json.size() + answer_json.size() + 128);
  out.object().key("at").integer(wall_ms).key("model").string(
      json::string_or(answer.root(), "model"));
  if (const json::Value* usage = json::find(answer.root(), "usage")) out.key("usage").value(*usage);
  out.key("messages")
      .raw("[" + std::string(messages_json) + R"(,{"role":"assistant","content":)" +
           json::dump(*content) + "}]");
  out.end_object();
  return out.take();
}

Result<std::string> history(const std::vector<std::string>& records) {
  std::string out;
  for (size_t i = 0; i < records.size(); ++i) {
    const auto doc = json::parse(records[i]);
    const json::Value* messages = doc ? json::find(doc->root(), "messages") : nullptr;
    if (messages == nullptr || !messages->IsArray())
      return fail(Errc::internal,
                  "record " + std::to_string(i + 1) + " of the session is not readable");
    for (const auto& message : messages->GetArray())
      (out += out.empty() ? "" : ",") += json::dump(message);
  }
  return out;
}

}  // namespace claif::session

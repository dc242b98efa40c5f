#include "wire/locate.hpp"

#include "base/json.hpp"

namespace claif::wire {

Result<void> adopt_body(MessagesRequest& request, std::string body) {
  const auto refuse = [](const std::string& why) {
    return fail(Errc::internal,
                "a hook replaced the request by something that is no Messages request: " + why);
  };
  const auto doc = json::parse(std::move(body));
  if (!doc) return refuse(doc.error().message);
  const json::Value& root = doc->root();
  const json::Value* messages = json::find(root, "messages");
  if (messages == nullptr || !messages->IsArray() || messages->Empty())
    return refuse("it has no messages");
  const json::Value* stream = json::find(root, "stream");
  if ((stream != nullptr && stream->IsTrue()) != request.stream)
    return refuse("it changes 'stream'");
  const std::string_view model = json::string_or(root, "model");
  if (model.empty()) return refuse("it has no model");

  // Written anew with the messages last, so that their place in the text is known, and model and
  // stream first, as decode_chat does: cache keys rely on that.
  json::Writer out;
  out.object().key("model").string(model);
  if (request.stream) out.key("stream").boolean(true);
  for (const auto& member : root.GetObject()) {
    const std::string_view name = json::text(member.name);
    if (name != "messages" && name != "model" && name != "stream")
      out.any_key(name).value(member.value);
  }
  out.key("messages").array();
  request.messages_begin = out.view().size();
  for (const auto& message : messages->GetArray())
    out.value(message);
  request.messages_end = out.view().size();
  out.end_array().end_object();
  request.model = model;
  request.max_tokens = json::integer_or(root, "max_tokens");
  request.tools.clear();
  if (const json::Value* tools = json::find(root, "tools"); tools != nullptr && tools->IsArray())
    for (const auto& tool : tools->GetArray())
      request.tools.emplace_back(json::string_or(tool, "name"));
  request.body = out.take();
  return {};
}

}  // namespace claif::wire

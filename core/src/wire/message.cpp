#include "wire/message.hpp"

#include "wire/usage.hpp"

namespace claif::wire {
namespace {

Block read_block(const json::Value& v) {
  const std::string_view type = json::string_or(v, "type");
  if (type == "text") return {BlockKind::text, json::string_or(v, "text"), {}, {}, {}, &v};
  if (type == "thinking")
    return {BlockKind::thinking, json::string_or(v, "thinking"), {}, {}, {}, &v};
  if (type == "redacted_thinking") return {BlockKind::redacted_thinking, {}, {}, {}, {}, &v};
  if (type == "tool_use" || type == "server_tool_use") {
    const json::Value* input = json::find(v, "input");
    return {type == "tool_use" ? BlockKind::tool_use : BlockKind::server_tool_use,
            {},
            json::string_or(v, "id"),
            json::string_or(v, "name"),
            input ? json::dump(*input) : "{}",
            &v};
  }
  return {BlockKind::other, {}, {}, {}, {}, &v};
}

tl::unexpected<Error> protocol_error(std::string message) {
  Error error;
  error.code = Errc::upstream;
  error.message = std::move(message);
  error.reason = "upstream_protocol_error";
  return fail(std::move(error));
}

void write_block(json::Writer& out, const Block& block) {
  switch (block.kind) {
    case BlockKind::text:
      out.object().key("type").string("text").key("text").string(block.text).end_object();
      return;
    case BlockKind::tool_use:
      out.object()
          .key("type")
          .string("tool_use")
          .key("id")
          .string(block.id)
          .key("name")
          .string(block.name);
      out.key("input").raw(block.input).end_object();
      return;
    default:
      if (block.json != nullptr) out.value(*block.json);
  }
}

}  // namespace

Result<Message> Message::parse(std::string json) {
  auto doc = json::parse(std::move(json));
  if (!doc) return protocol_error("the upstream's answer is not JSON: " + doc.error().message);
  const json::Value* content = json::find(doc->root(), "content");
  if (content == nullptr || !content->IsArray())
    return protocol_error("the upstream's answer is no message: it has no content list");
  Message out(std::move(*doc));
  const json::Value& root = out.doc_.root();
  out.id = json::string_or(root, "id");
  out.model = json::string_or(root, "model");
  out.stop_reason = json::string_or(root, "stop_reason");
  out.stop_sequence = json::string_or(root, "stop_sequence");
  if (const json::Value* details = json::find(root, "stop_details"))
    out.refusal = json::string_or(*details, "explanation");
  const json::Value* usage = json::find(root, "usage");
  if (usage != nullptr) out.service_tier = json::string_or(*usage, "service_tier");
  out.usage = read_usage(usage);
  out.blocks.reserve(content->Size());
  for (const auto& block : content->GetArray())
    out.blocks.push_back(read_block(block));
  return out;
}

Block Message::text_block(std::string text) {
  return {BlockKind::text, texts_.emplace_back(std::move(text)), {}, {}, {}, nullptr};
}

std::string to_json(const Message& message) {
  json::Writer out;
  out.object()
      .key("id")
      .string(message.id)
      .key("type")
      .string("message")
      .key("role")
      .string("assistant");
  out.key("model").string(message.model).key("content").array();
  for (const Block& block : message.blocks)
    write_block(out, block);
  out.end_array().key("stop_reason").string(message.stop_reason);
  out.key("stop_sequence");
  if (message.stop_sequence.empty())
    out.null();
  else
    out.string(message.stop_sequence);
  if (!message.refusal.empty())
    out.key("stop_details").object().key("explanation").string(message.refusal).end_object();
  out.key("usage");
  write_anthropic_usage(out, message.usage);
  out.end_object();
  return out.take();
}

}  // namespace claif::wire

#include "wire/chat_response.hpp"

#include "wire/finish_reason.hpp"
#include "wire/usage.hpp"

namespace claif::wire {
namespace {

void write_tool_calls(const Message& message, json::Writer& out) {
  out.key("tool_calls").array();
  for (const Block& block : message.blocks) {
    if (block.kind != BlockKind::tool_use) continue;
    out.object().key("id").string(block.id).key("type").string("function");
    out.key("function")
        .object()
        .key("name")
        .string(block.name)
        .key("arguments")
        .string(block.input)
        .end_object();
    out.end_object();
  }
  out.end_array();
}

std::string joined(const Message& message, BlockKind kind, std::string_view separator) {
  std::string out;
  for (const Block& block : message.blocks) {
    if (block.kind != kind || block.text.empty()) continue;
    if (!out.empty()) out += separator;
    out += block.text;
  }
  return out;
}

}  // namespace

std::string encode_chat_completion(const Message& message, std::string_view id, int64_t created) {
  bool has_text = false, has_tools = false;
  for (const Block& block : message.blocks) {
    has_text |= block.kind == BlockKind::text;
    has_tools |= block.kind == BlockKind::tool_use;
  }
  const bool refused = message.stop_reason == "refusal";
  has_tools &= !refused;  // A6: never let a client run a refused call

  json::Writer out(1024);
  out.object()
      .key("id")
      .string(id)
      .key("object")
      .string("chat.completion")
      .key("created")
      .integer(created);
  out.key("model").string(message.model);
  if (const auto tier = openai_tier(message.service_tier); !tier.empty())
    out.key("service_tier").string(tier);
  out.key("choices")
      .array()
      .object()
      .key("index")
      .integer(0)
      .key("message")
      .object()
      .key("role")
      .string("assistant");
  out.key("content");
  if (has_text)
    out.string(joined(message, BlockKind::text, ""));
  else if (has_tools || refused)
    out.null();
  else
    out.string("");
  out.key("refusal");
  if (refused)
    out.string(message.refusal.empty() ? kDefaultRefusal : message.refusal);
  else
    out.null();
  if (const std::string thinking = joined(message, BlockKind::thinking, "\n\n"); !thinking.empty())
    out.key("reasoning_content").string(thinking);
  if (has_tools) write_tool_calls(message, out);
  out.end_object().key("logprobs").null();
  out.key("finish_reason")
      .string(finish_reason(message.stop_reason, has_tools))
      .end_object()
      .end_array();
  out.key("usage");
  write_openai_usage(out, message.usage);
  out.end_object();
  return out.take();
}

}  // namespace claif::wire

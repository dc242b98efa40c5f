#include "wire/message.hpp"

#include "wire/block.hpp"
#include "wire/openai_error.hpp"
#include "wire/usage.hpp"

namespace claif::wire {
namespace {

Block read_block(const json::Value& v) {
  std::string input, json;
  const BlockStart start = start_of(v, 0, input, json);
  return {start.kind, start.text, start.id, start.name, std::move(input), &v};
}

void string_or_null(json::Writer& out, std::string_view s) {
  if (s.empty())
    out.null();
  else
    out.string(s);
}

}  // namespace

Result<Message> Message::parse(std::string json) {
  auto doc = json::parse(std::move(json));
  if (!doc)
    return fail(protocol_error("the upstream's answer is not JSON: " + doc.error().message));
  const json::Value* content = json::find(doc->root(), "content");
  if (content == nullptr || !content->IsArray())
    return fail(protocol_error("the upstream's answer is no message: it has no content list"));
  Message out(std::move(*doc));
  const json::Value& root = out.doc_.root();
  out.id = json::string_or(root, "id");
  out.model = json::string_or(root, "model");
  out.stop_reason = json::string_or(root, "stop_reason");
  out.stop_sequence = json::string_or(root, "stop_sequence");
  if (const json::Value* details = json::find(root, "stop_details")) {
    out.refusal = json::string_or(*details, "explanation");
    out.stop_details = out.texts_.emplace_back(json::dump(*details));
  }
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
  begin_message(out, message);
  for (const Block& block : message.blocks) {
    if (block.json != nullptr)
      out.value(*block.json);
    else
      out.object().key("type").string("text").key("text").string(block.text).end_object();
  }
  end_message(out, message);
  return out.take();
}

void begin_message(json::Writer& out, const MessageFacts& facts) {
  out.object().key("id").string(facts.id).key("type").string("message");
  out.key("role").string("assistant").key("model").string(facts.model).key("content").array();
}

void end_message(json::Writer& out, const MessageFacts& facts) {
  write_stop(out.end_array(), facts);
  write_anthropic_usage(out.key("usage"), facts.usage, facts.service_tier);
  out.end_object();
}

void write_stop(json::Writer& out, const MessageFacts& facts) {
  string_or_null(out.key("stop_reason"), facts.stop_reason);
  string_or_null(out.key("stop_sequence"), facts.stop_sequence);
  if (!facts.stop_details.empty()) out.key("stop_details").raw(facts.stop_details);
}

}  // namespace claif::wire

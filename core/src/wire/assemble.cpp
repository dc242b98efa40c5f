#include "wire/assemble.hpp"

#include "base/json.hpp"
#include "wire/message.hpp"
#include "wire/usage.hpp"

namespace claif::wire {

MessageAssembler::Part* MessageAssembler::part(int64_t index) {
  for (auto it = parts_.rbegin(); it != parts_.rend(); ++it)
    if (it->index == index) return &*it;
  return nullptr;
}

void MessageAssembler::add(const Event& event) {
  if (const auto* text = std::get_if<TextDelta>(&event.body)) {
    if (part(text->index) == nullptr)
      parts_.push_back({text->index, BlockKind::text, {}, {}, {}, {}, {}});
    part(text->index)->text += text->text;
  } else if (const auto* json = std::get_if<JsonDelta>(&event.body)) {
    if (Part* p = part(json->index); p != nullptr && !json->partial_json.empty()) {
      if (p->input == "{}") p->input.clear();  // the placeholder of the start event
      p->input += json->partial_json;
    }
  } else if (const auto* thinking = std::get_if<ThinkingDelta>(&event.body)) {
    if (Part* p = part(thinking->index)) p->text += thinking->thinking;
  } else if (const auto* signature = std::get_if<SignatureDelta>(&event.body)) {
    if (Part* p = part(signature->index)) p->signature += signature->signature;
  } else if (const auto* start = std::get_if<BlockStart>(&event.body)) {
    parts_.push_back({start->index,
                      start->kind,
                      std::string(start->text),
                      std::string(start->id),
                      std::string(start->name),
                      std::string(start->input),
                      {}});
  } else if (const auto* begin = std::get_if<MessageStart>(&event.body)) {
    id_ = begin->id;
    model_ = begin->model;
    usage_ = begin->usage;
  } else if (const auto* change = std::get_if<MessageDelta>(&event.body)) {
    usage_.overwrite(change->usage);
    if (!change->stop_reason.empty()) stop_reason_ = change->stop_reason;
    if (!change->stop_sequence.empty()) stop_sequence_ = change->stop_sequence;
    if (!change->refusal.empty()) refusal_ = change->refusal;
  } else if (std::holds_alternative<MessageStop>(event.body)) {
    stopped_ = true;
  }
}

std::string MessageAssembler::to_json() const {
  json::Writer out(1024);
  out.object().key("id").string(id_).key("type").string("message").key("role").string("assistant");
  out.key("model").string(model_).key("content").array();
  for (const Part& p : parts_) {
    if (p.kind == BlockKind::text) {
      out.object().key("type").string("text").key("text").string(p.text).end_object();
    } else if (p.kind == BlockKind::thinking) {
      out.object()
          .key("type")
          .string("thinking")
          .key("thinking")
          .string(p.text)
          .key("signature")
          .string(p.signature)
          .end_object();
    } else if (p.kind == BlockKind::tool_use) {
      out.object()
          .key("type")
          .string("tool_use")
          .key("id")
          .string(p.id)
          .key("name")
          .string(p.name)
          .key("input");
      const auto input = json::parse(p.input);  // a cut call has half a JSON text
      if (input && input->root().IsObject())
        out.raw(p.input);
      else
        out.object().key("INVALID_JSON").string(p.input).end_object();
      out.end_object();
    }
  }
  out.end_array().key("stop_reason").string(stop_reason_).key("stop_sequence");
  if (stop_sequence_.empty())
    out.null();
  else
    out.string(stop_sequence_);
  if (!refusal_.empty())
    out.key("stop_details").object().key("explanation").string(refusal_).end_object();
  out.key("usage");
  write_anthropic_usage(out, usage_);
  out.end_object();
  return out.take();
}

namespace {

void expand_block(const Block& block,
                  int64_t index,
                  json::Writer& out,
                  const std::function<void(std::string_view)>& emit) {
  const auto begin = [&](std::string_view type) -> json::Writer& {
    out.clear();
    return out.object().key("type").string(type).key("index").integer(index);
  };
  const auto delta = [&](std::string_view type, std::string_view key, std::string_view value) {
    begin("content_block_delta")
        .key("delta")
        .object()
        .key("type")
        .string(type)
        .key(key)
        .string(value)
        .end_object()
        .end_object();
    emit(out.view());
  };
  begin("content_block_start").key("content_block");
  if (block.kind == BlockKind::text)
    out.raw(R"({"type":"text","text":""})");
  else if (block.kind == BlockKind::tool_use)
    out.object()
        .key("type")
        .string("tool_use")
        .key("id")
        .string(block.id)
        .key("name")
        .string(block.name)
        .key("input")
        .raw("{}")
        .end_object();
  else if (block.kind == BlockKind::thinking)
    out.raw(R"({"type":"thinking","thinking":"","signature":""})");
  else
    out.value(*block.json);
  out.end_object();
  emit(out.view());
  if (block.kind == BlockKind::text) delta("text_delta", "text", block.text);
  if (block.kind == BlockKind::tool_use) delta("input_json_delta", "partial_json", block.input);
  if (block.kind == BlockKind::thinking) {
    delta("thinking_delta", "thinking", block.text);
    delta("signature_delta", "signature", json::string_or(*block.json, "signature"));
  }
  begin("content_block_stop").end_object();
  emit(out.view());
}

}  // namespace

void expand(const Message& message, const std::function<void(std::string_view)>& emit) {
  json::Writer out;
  out.object().key("type").string("message_start").key("message").object();
  out.key("id")
      .string(message.id)
      .key("type")
      .string("message")
      .key("role")
      .string("assistant")
      .key("model")
      .string(message.model);
  out.key("content").raw("[]").key("stop_reason").null().key("stop_sequence").null().key("usage");
  write_anthropic_usage(out, message.usage);
  out.end_object().end_object();
  emit(out.view());
  int64_t index = 0;
  for (const Block& block : message.blocks)
    expand_block(block, index++, out, emit);
  out.clear();
  out.object()
      .key("type")
      .string("message_delta")
      .key("delta")
      .object()
      .key("stop_reason")
      .string(message.stop_reason);
  out.key("stop_sequence");
  if (message.stop_sequence.empty())
    out.null();
  else
    out.string(message.stop_sequence);
  if (!message.refusal.empty())
    out.key("stop_details").object().key("explanation").string(message.refusal).end_object();
  out.end_object().key("usage");
  write_anthropic_usage(out, message.usage);
  out.end_object();
  emit(out.view());
  emit(R"({"type":"message_stop"})");
}

}  // namespace claif::wire

#include "wire/event.hpp"

#include "base/json.hpp"
#include "base/limits.hpp"
#include "wire/usage.hpp"

#include <algorithm>
#include <array>

namespace claif::wire {
namespace {

using Pool = rapidjson::MemoryPoolAllocator<>;
using SmallDocument = rapidjson::GenericDocument<rapidjson::UTF8<>, Pool, Pool>;

bool is_within(const json::Value& v, unsigned levels) {
  if (!v.IsObject() && !v.IsArray()) return true;
  if (levels == 0) return false;
  const auto fits = [&](const json::Value& inner) { return is_within(inner, levels - 1); };
  if (v.IsArray()) return std::all_of(v.Begin(), v.End(), fits);
  return std::all_of(v.MemberBegin(), v.MemberEnd(),
                     [&](const auto& member) { return fits(member.value); });
}

BlockKind block_kind(std::string_view type) {
  if (type == "text") return BlockKind::text;
  if (type == "tool_use") return BlockKind::tool_use;
  if (type == "server_tool_use") return BlockKind::server_tool_use;
  if (type == "thinking") return BlockKind::thinking;
  if (type == "redacted_thinking") return BlockKind::redacted_thinking;
  return BlockKind::other;
}

// Deeper than any request may be, it could not be sent back; and dump would recurse into it.
bool fits(const json::Value& v) {
  return is_within(v, limits::kJsonDepth);
}

EventBody message_start(const json::Value& root, std::string& content) {
  const json::Value* message = json::find(root, "message");
  if (message == nullptr) return Other{};
  const json::Value* usage = json::find(*message, "usage");
  const json::Value* blocks = json::find(*message, "content");
  content.clear();
  if (blocks != nullptr && blocks->IsArray() && !blocks->Empty() && fits(*blocks))
    content = json::dump(*blocks);
  return MessageStart{json::string_or(*message, "id"), json::string_or(*message, "model"),
                      usage ? json::string_or(*usage, "service_tier") : std::string_view(),
                      read_usage(usage), content};
}

EventBody block_start(const json::Value& root, std::string& input, std::string& json) {
  const int64_t index = json::integer_or(root, "index");
  const json::Value* block = json::find(root, "content_block");
  if (block == nullptr) return Other{};
  BlockStart start{index, block_kind(json::string_or(*block, "type")), {}, {}, {}, {}, {}};
  if (start.kind == BlockKind::text) start.text = json::string_or(*block, "text");
  if (start.kind == BlockKind::thinking) start.text = json::string_or(*block, "thinking");
  if (start.kind == BlockKind::tool_use || start.kind == BlockKind::server_tool_use) {
    start.id = json::string_or(*block, "id");
    start.name = json::string_or(*block, "name");
    const json::Value* value = json::find(*block, "input");
    input = value == nullptr ? "{}" : fits(*value) ? json::dump(*value) : "null";
    start.input = input;
  }
  if (start.kind == BlockKind::server_tool_use || start.kind == BlockKind::redacted_thinking ||
      start.kind == BlockKind::other) {
    json = fits(*block) ? json::dump(*block) : R"({"type":"unreadable"})";
    start.json = json;
  }
  return start;
}

EventBody block_delta(const json::Value& root, std::string& citation_json) {
  const int64_t index = json::integer_or(root, "index");
  const json::Value* delta = json::find(root, "delta");
  if (delta == nullptr) return Other{};
  const std::string_view type = json::string_or(*delta, "type");
  if (type == "text_delta") return TextDelta{index, json::string_or(*delta, "text")};
  if (type == "input_json_delta") return JsonDelta{index, json::string_or(*delta, "partial_json")};
  if (type == "thinking_delta") return ThinkingDelta{index, json::string_or(*delta, "thinking")};
  if (type == "signature_delta") return SignatureDelta{index, json::string_or(*delta, "signature")};
  const json::Value* citation = json::find(*delta, "citation");
  if (type == "citations_delta" && citation != nullptr && citation->IsObject() && fits(*citation)) {
    citation_json = json::dump(*citation);
    return CitationsDelta{index, citation_json};
  }
  return Other{};
}

EventBody message_delta(const json::Value& root) {
  MessageDelta out;
  if (const json::Value* delta = json::find(root, "delta")) {
    out.stop_reason = json::string_or(*delta, "stop_reason");
    out.stop_sequence = json::string_or(*delta, "stop_sequence");
    if (const json::Value* details = json::find(*delta, "stop_details"))
      out.refusal = json::string_or(*details, "explanation");
  }
  out.usage = read_usage(json::find(root, "usage"));
  return out;
}

EventBody stream_error(const json::Value& root) {
  const json::Value* error = json::find(root, "error");
  if (error == nullptr)
    return StreamError{"api_error", "the upstream sent an error without a description", {}};
  const json::Value* details = json::find(*error, "details");
  return StreamError{json::string_or(*error, "type"), json::string_or(*error, "message"),
                     details ? json::string_or(*details, "error_code") : std::string_view()};
}

EventBody read_body(const json::Value& root, std::string& input, std::string& block) {
  const std::string_view type = json::string_or(root, "type");
  if (type == "content_block_delta") return block_delta(root, block);
  if (type == "content_block_start") return block_start(root, input, block);
  if (type == "content_block_stop") return BlockStop{json::integer_or(root, "index")};
  if (type == "message_start") return message_start(root, block);
  if (type == "message_delta") return message_delta(root);
  if (type == "message_stop") return MessageStop{};
  if (type == "error") return stream_error(root);
  return Other{};
}

}  // namespace

std::string_view type_name(const EventBody& body) {
  static constexpr std::array<std::string_view, std::variant_size_v<EventBody>> kNames{
      "other",
      "message_start",
      "content_block_start",
      "content_block_delta",
      "content_block_delta",
      "content_block_delta",
      "content_block_delta",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
      "error"};
  return kNames[body.index()];
}

Result<Event> EventParser::parse(std::string_view json) {
  text_.assign(json);
  std::array<char, 4096> values,
      stack;  // enough for nearly every event, so that nothing is allocated
  Pool value_pool(values.data(), values.size());
  Pool stack_pool(stack.data(), stack.size());
  SmallDocument doc(&value_pool, 1024, &stack_pool);
  doc.ParseInsitu<rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag>(text_.data());
  if (doc.HasParseError() || !doc.IsObject()) {
    Error error;
    error.code = Errc::upstream;
    error.message = "the upstream sent an event that is not a JSON object";
    error.reason = "upstream_protocol_error";
    return fail(std::move(error));
  }
  return Event{json, json::string_or(doc, "type"), read_body(doc, input_, block_)};
}

}  // namespace claif::wire

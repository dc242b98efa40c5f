#include "wire/event.hpp"

#include "base/json.hpp"
#include "base/limits.hpp"
#include "wire/block.hpp"
#include "wire/openai_error.hpp"
#include "wire/usage.hpp"

#include <array>

namespace claif::wire {
namespace {

using Pool = rapidjson::MemoryPoolAllocator<>;
using SmallDocument = rapidjson::GenericDocument<rapidjson::UTF8<>, Pool, Pool>;

// Around a block in a request there are up to four levels that its event does not have.
constexpr unsigned kDepth = limits::kJsonDepth - 4;
// In so few bytes nothing nests too deep for the parser that recurses, which takes a third less
// time.
constexpr size_t kShort = 1024;

EventBody message_start(const json::Value& root, std::string& content) {
  const json::Value* message = json::find(root, "message");
  if (message == nullptr) return Other{};
  const json::Value* usage = json::find(*message, "usage");
  const json::Value* blocks = json::find(*message, "content");
  content.clear();
  if (blocks != nullptr && blocks->IsArray() && !blocks->Empty()) content = json::dump(*blocks);
  return MessageStart{json::string_or(*message, "id"), json::string_or(*message, "model"),
                      usage ? json::string_or(*usage, "service_tier") : std::string_view(),
                      read_usage(usage), content};
}

EventBody block_start(const json::Value& root, std::string& input, std::string& json) {
  const json::Value* block = json::find(root, "content_block");
  if (block == nullptr) return Other{};
  return start_of(*block, json::integer_or(root, "index"), input, json);
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
  if (type == "citations_delta" && citation != nullptr && citation->IsObject()) {
    citation_json = json::dump(*citation);
    return CitationsDelta{index, citation_json};
  }
  return Other{};
}

EventBody message_delta(const json::Value& root, std::string& stop_details) {
  MessageDelta out;
  if (const json::Value* delta = json::find(root, "delta")) {
    out.stop_reason = json::string_or(*delta, "stop_reason");
    out.stop_sequence = json::string_or(*delta, "stop_sequence");
    if (const json::Value* details = json::find(*delta, "stop_details")) {
      out.refusal = json::string_or(*details, "explanation");
      out.stop_details = stop_details = json::dump(*details);
    }
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

bool is_known(std::string_view type) {
  return type.starts_with("content_block_") || type.starts_with("message_") || type == "error";
}

EventBody read_body(const json::Value& root,
                    std::string_view type,
                    std::string& input,
                    std::string& part) {
  if (type == "content_block_delta") return block_delta(root, part);
  if (type == "content_block_start") return block_start(root, input, part);
  if (type == "content_block_stop") return BlockStop{json::integer_or(root, "index")};
  if (type == "message_start") return message_start(root, part);
  if (type == "message_delta") return message_delta(root, part);
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
  if (!json::is_utf8(json))
    return fail(protocol_error("the upstream sent an event that is not UTF-8"));
  text_.assign(json);
  std::array<char, 4096> values,
      stack;  // enough for nearly every event, so that nothing is allocated
  Pool value_pool(values.data(), values.size());
  Pool stack_pool(stack.data(), stack.size());
  SmallDocument doc(&value_pool, 1024, &stack_pool);
  if (json.size() <= kShort)
    doc.ParseInsitu<rapidjson::kParseInsituFlag>(text_.data());
  else
    doc.ParseInsitu<rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag>(text_.data());
  if (doc.HasParseError() || !doc.IsObject())
    return fail(protocol_error("the upstream sent an event that is not a JSON object"));
  const std::string_view type = json::string_or(doc, "type");
  if (!json::is_within(doc, kDepth)) {
    if (is_known(type))
      return fail(protocol_error("the upstream sent an event that nests too deep"));
    return Event{json, type, Other{}};
  }
  if (!json::has_whole_characters(doc, json))
    return fail(
        protocol_error("the upstream sent an event with half a character (a lone surrogate)"));
  return Event{json, type, read_body(doc, type, input_, part_)};
}

}  // namespace claif::wire

#include "support/stream_sums.hpp"

#include "wire/message.hpp"

namespace claif::test {
namespace {

std::string list(const json::Value& message, std::string_view key) {
  const json::Value* found = json::find(message, key);
  return found != nullptr ? json::dump(*found) : "[]";
}

// The text of all thinking blocks, as deltas bring it.
std::string thinking(const wire::Message& message) {
  std::string out;
  for (const wire::Block& block : message.blocks)
    if (block.kind == wire::BlockKind::thinking) out += block.text;
  return out;
}

std::string call_difference(const Reassembled::Call& pieces, const json::Value& function) {
  if (pieces.name != json::string_or(function, "name")) return "a name: " + pieces.name;
  const auto arguments = parsed(pieces.arguments);
  if (arguments.HasParseError() || !arguments.IsObject()) return {};  // wrapped in the message
  return difference(json::string_or(function, "arguments"), pieces.arguments);
}

std::string calls_difference(const Reassembled& pieces, const json::Value& message) {
  if (!pieces.refusal.empty()) return {};  // calls may have gone out before the refusal (A6)
  if (const json::Value* function = json::find(message, "function_call"))
    return pieces.functions.size() == 1 && pieces.calls.empty()
               ? call_difference(pieces.functions[0], *function)
               : "the function_call";
  const json::Value* calls = json::find(message, "tool_calls");
  if (pieces.calls.size() != (calls ? calls->Size() : 0) || !pieces.functions.empty())
    return "the number of calls";
  for (unsigned i = 0; i < pieces.calls.size(); ++i) {
    const json::Value& call = (*calls)[i];
    if (pieces.calls[i].id != json::string_or(call, "id")) return "an id: " + pieces.calls[i].id;
    if (auto differs = call_difference(pieces.calls[i], call["function"]); !differs.empty())
      return differs;
  }
  return {};
}

}  // namespace

std::string sum_difference(const PlayedStream& played, const wire::ChatEncoding& encoding) {
  const std::string json = played.assembler().to_json();
  const auto message = wire::Message::parse(json);
  if (!message) return message.error().message + ": " + json;
  const auto whole = parsed(wire::encode_chat_completion(*message, "chatcmpl-1", 1, encoding));
  const Reassembled pieces = reassemble(read_frames(played.sse()));
  const json::Value& choice = whole["choices"][0];
  const json::Value& said = choice["message"];
  if (pieces.model != json::string_or(whole, "model")) return "model: " + pieces.model;
  if (pieces.tier != json::string_or(whole, "service_tier")) return "tier: " + pieces.tier;
  if (pieces.text != json::string_or(said, "content")) return "content: " + pieces.text;
  if (pieces.reasoning != (encoding.reasoning ? thinking(*message) : ""))
    return "reasoning: " + pieces.reasoning;
  if (pieces.refusal != json::string_or(said, "refusal")) return "refusal: " + pieces.refusal;
  if (pieces.finish_reason != json::string_or(choice, "finish_reason"))
    return "finish_reason: " + pieces.finish_reason;
  if (encoding.include_usage)
    if (auto differs = difference(json::dump(whole["usage"]), pieces.usage); !differs.empty())
      return "usage: " + differs;
  if (auto differs = calls_difference(pieces, said); !differs.empty()) return differs;
  if (!played.sequential()) return {};
  if (auto differs = difference(list(said, "annotations"), "[" + pieces.annotations + "]");
      !differs.empty())
    return "annotations: " + differs;
  return difference(list(said, "thinking_blocks"), "[" + pieces.thinking_blocks + "]");
}

std::string replay_difference(const std::string& message_json) {
  const auto message = wire::Message::parse(message_json);
  if (!message) return message.error().message;
  wire::EventParser parser;
  wire::StreamOrder order;
  wire::MessageAssembler again;
  std::string problem;
  wire::expand(*message, [&](std::string_view json) {
    const auto event = parser.parse(json);
    const auto admitted = event ? order.admit(*event) : Result<bool>(fail(event.error()));
    if (!admitted || !*admitted)
      problem = "replay: not admitted: " + std::string(json);
    else
      again.add(*event);
  });
  if (!problem.empty()) return problem;
  if (!again.complete()) return "replay: it does not end";
  return difference(wire::to_json(*message), again.to_json());
}

}  // namespace claif::test

// A whole Anthropic message (the answer of a request that does not stream) as a typed value.
#pragma once

#include "base/json.hpp"
#include "wire/event.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

struct Block {
  BlockKind kind;
  std::string_view text;      // of text and thinking
  std::string_view id, name;  // of tool_use
  std::string input;          // of tool_use: compact JSON
  const json::Value* json;    // the block itself, for kinds that are passed on verbatim
};

// Movable; the views point into it.
class Message {
 public:
  // upstream, reason upstream_protocol_error, when `json` is no message.
  static Result<Message> parse(std::string json);

  // A block with that text, which the message keeps.
  Block text_block(std::string text);

  std::string_view id, model, stop_reason, stop_sequence, service_tier, refusal;
  Usage usage;
  std::vector<Block> blocks;

 private:
  explicit Message(json::Document doc) : doc_(std::move(doc)) {}
  json::Document doc_;
  std::deque<std::string> texts_;
};

// The message as JSON, from its typed parts; `blocks` decides the content.
std::string to_json(const Message& message);

}  // namespace claif::wire

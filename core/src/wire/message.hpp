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
  std::string_view id, name;  // of tool_use and server_tool_use
  std::string input;          // of these: compact JSON
  const json::Value* json;    // the block itself; null when it is a text of ours
};

// What a message says next to its blocks. The views are the owner's.
struct MessageFacts {
  std::string_view id, model, stop_reason, stop_sequence, service_tier;  // empty: not said
  std::string_view stop_details;                                         // JSON; empty: none
  Usage usage;
};

// Movable; the views point into it.
class Message : public MessageFacts {
 public:
  // upstream, reason upstream_protocol_error, when `json` is no message.
  static Result<Message> parse(std::string json);

  // A block with that text, which the message keeps.
  Block text_block(std::string text);

  std::string_view refusal;  // stop_details.explanation
  std::vector<Block> blocks;

 private:
  explicit Message(json::Document doc) : doc_(std::move(doc)) {}
  json::Document doc_;
  std::deque<std::string> texts_;
};

// The message as JSON, from its typed parts; `blocks` decides the content.
std::string to_json(const Message& message);

// Around the content of a message: up to the first of its blocks, and from the last on.
void begin_message(json::Writer& out, const MessageFacts& facts);
void end_message(json::Writer& out, const MessageFacts& facts);
// The members stop_reason, stop_sequence and stop_details of an object that is being written.
void write_stop(json::Writer& out, const MessageFacts& facts);

}  // namespace claif::wire

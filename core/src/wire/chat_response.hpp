// Anthropic's answer -> OpenAI's chat completion objects (translation.md sections 3 and 4).
#pragma once

#include "wire/message.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

// A chat.completion object (A1-A7). `created` is seconds since 1970.
std::string encode_chat_completion(const Message& message, std::string_view id, int64_t created);

// Turns stream events into chat.completion.chunk frames (S1-S15). One for each stream; not
// thread-safe.
class ChatStreamEncoder {
 public:
  ChatStreamEncoder(std::string id, int64_t created, bool include_usage);

  // Appends the SSE frames of `event` to `out`; may append nothing. False once the stream is over:
  // after message_stop or an error.
  bool encode(const Event& event, std::string& out);
  // The upstream ended. Appends what finishes the stream properly: the rest, or an error frame
  // (S12).
  void end(std::string& out);
  // An error of our own as the last frame.
  void fail(const Error& error, std::string& out);

 private:
  struct BlockState {
    int64_t index;
    int tool;  // index among the client's tool calls
    bool has_arguments;
    std::string input;  // of the start event: sent when no fragment comes (S4)
  };

  void start(const MessageStart& event, std::string& out);
  void block_start(const BlockStart& event, std::string& out);
  void tool_arguments(BlockState& block, std::string_view fragment, std::string& out);
  void finish(std::string& out);
  void text(std::string_view key, std::string_view value, std::string& out);
  BlockState* tool_block(int64_t index);  // null: no tool call of the client's
  // A frame from `{` of the chunk to the delta's value, which `delta` is.
  void frame(std::string_view delta_json, std::string_view finish_reason, std::string& out);

  std::string head_, id_, model_;  // head_: the chunk up to its delta
  int64_t created_;
  bool include_usage_, started_ = false, over_ = false;
  Usage usage_;
  std::string stop_reason_, refusal_;
  std::vector<BlockState> tools_;
  json::Writer scratch_;
};

}  // namespace claif::wire

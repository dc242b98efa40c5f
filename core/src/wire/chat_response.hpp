// Anthropic's answer -> OpenAI's chat completion objects (translation.md sections 3 and 4).
#pragma once

#include "wire/block.hpp"
#include "wire/chat_answer.hpp"
#include "wire/chat_encoding.hpp"
#include "wire/citations.hpp"
#include "wire/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

// A chat.completion object (A1-A7). `created` is seconds since 1970.
std::string encode_chat_completion(const Message& message,
                                   std::string_view id,
                                   int64_t created,
                                   const ChatEncoding& encoding);
// The same, with what read_answer made of the message and the encoding.
std::string encode_chat_completion(const Message& message,
                                   const ChatAnswer& answer,
                                   std::string_view id,
                                   int64_t created,
                                   const ChatEncoding& encoding);

// Turns stream events, in an order that StreamOrder admits, into chat.completion.chunk frames
// (S1-S15). One for each stream; not thread-safe.
class ChatStreamEncoder {
 public:
  ChatStreamEncoder(std::string id, int64_t created, const ChatEncoding& encoding);

  // Appends the SSE frames of `event` to `out`; may append nothing. False once the stream is over:
  // after message_stop or an error.
  bool encode(const Event& event, std::string& out);
  // The upstream ended. Appends what finishes the stream properly: the rest, or an error frame
  // (S12).
  void end(std::string& out);
  // An error of our own as the last frame.
  void fail(const Error& error, std::string& out);

 private:
  // A block between its start and its stop.
  struct OpenBlock {
    int64_t index;
    BlockKind kind;
    int call = -1;               // of a call that the client sees: its place among these
    bool has_arguments = false;  // of such a call
    std::string input = {};      // of the start event: the arguments when no fragment comes (S4)
    size_t begin = 0, end = 0;   // of text: its range in the content, in code points
    std::vector<Link> links = {};
    std::optional<BlockBuilder> thinking = {};  // when the client wants the block itself
  };

  void start(const MessageStart& event, std::string& out);
  void start(const BlockStart& event, std::string& out);
  void start_call(OpenBlock& block, const BlockStart& event, std::string& out);
  void content(const TextDelta& delta, std::string& out);
  void reasoning(const ThinkingDelta& delta, std::string& out);
  void arguments(OpenBlock& block, std::string_view fragment, std::string& out);
  void cite(const CitationsDelta& delta);
  void stop(int64_t index, std::string& out);
  void close(OpenBlock& block, std::string& out);
  void finish(std::string& out);

  OpenBlock* open_block(int64_t index);
  // A chunk whose delta has one member, a text.
  void text(std::string_view key, std::string_view value, std::string& out);
  // A frame from `{` of the chunk to the delta's value, which `delta` is.
  void frame(std::string_view delta_json, std::string_view finish_reason, std::string& out);

  ChatEncoding encoding_;
  std::string head_, id_;  // head_: the chunk up to its delta
  int64_t created_;
  bool over_ = false;
  Usage usage_;
  std::string stop_reason_, refusal_;
  std::vector<OpenBlock> open_;
  int calls_ = 0;
  size_t points_ = 0;  // code points of content so far
  json::Writer scratch_;
};

}  // namespace claif::wire

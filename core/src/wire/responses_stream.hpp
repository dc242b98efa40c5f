// Stream events -> the events of OpenAI's Responses API (translation.md 5.3): which are sent, and
// when.
#pragma once

#include "wire/block.hpp"
#include "wire/citations.hpp"
#include "wire/event.hpp"
#include "wire/responses_frames.hpp"
#include "wire/responses_object.hpp"
#include "wire/responses_output.hpp"

#include <claif/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace claif::wire {

// One for each stream, of events that StreamOrder admits; not thread-safe. The object of the last
// event says the same as encode_response of the message that the events add up to; only the
// spelling of a call's arguments is the one that was streamed, and Markdown fences stay.
class ResponsesStreamEncoder {
 public:
  ResponsesStreamEncoder(std::string id, int64_t created, ResponsesEcho echo);

  // Appends the SSE frames of `event` to `out`; may append nothing. False once the stream is over:
  // after message_stop or an error.
  bool encode(const Event& event, std::string& out);
  // The upstream ended. Appends what finishes the stream properly: the rest, or response.failed.
  void end(std::string& out);
  // An error of our own, as response.failed (Q16).
  void fail(const Error& error, std::string& out);

  // What message_stop does, in two halves for who keeps the response before the client hears that
  // it is complete: first everything but the last event, then that, which says whether it is kept.
  void close(std::string& out);
  void complete(bool kept, std::string& out);

  // The whole object, for the local store: with encrypted_content whatever the client asked for.
  // Empty unless close() was called, or the stream ended with response.completed or
  // response.incomplete.
  std::string object_to_keep() const;

 private:
  // A block between its start and its stop, by its kind.
  struct OpenText {
    OutputItem* item;
    size_t begin, end;  // its code points in the item's text; both 0: it has none yet
    std::vector<Link> links;
  };
  struct OpenReasoning {
    OutputItem* item;
    BlockBuilder block;
  };
  struct OpenCall {
    OutputItem* item;
    std::string input;  // of the start event: sent when no fragment comes (S4)
  };
  struct OpenSearch {
    OutputItem* item;
    std::string input;  // of the start event
    std::string fragments;
  };
  struct Skipped {};
  struct OpenBlock {
    int64_t index;
    std::variant<Skipped, OpenText, OpenReasoning, OpenCall, OpenSearch> body;
  };

  void start(const MessageStart& event, std::string& out);
  void start(const BlockStart& event, std::string& out);
  void start_text(const BlockStart& event, std::string& out);
  void text(const TextDelta& delta, std::string& out);
  void thinking(const ThinkingDelta& delta, std::string& out);
  void summary(OutputItem& item, std::string_view piece, std::string& out);
  void input(const JsonDelta& delta, std::string& out);
  void cite(const CitationsDelta& delta);
  void stop(int64_t index, std::string& out);

  // The end of a block, by its kind.
  void close(Skipped&, std::string&) {}
  void close(OpenText& block, std::string& out);
  void close(OpenReasoning& block, std::string& out);
  void close(OpenCall& block, std::string& out);
  void close(OpenSearch& block, std::string& out);

  OpenBlock* open_block(int64_t index);  // null: none with that index is open
  template <class Body>
  Body* open_as(int64_t index);  // null, too, when the block is of another kind
  template <class Body>
  OutputItem& add(Body body, std::string& out);
  // The message that goes on now, or a new one; with a text part for text.
  OutputItem& message(std::string& out);
  OutputItem& message_for_text(std::string& out);
  // The message is done when no text block of it is open any more and none can join it.
  void end_message_unless_open(OutputItem& item, std::string& out);
  void end_message(OutputItem& item, ItemStatus status, std::string& out);
  void item_done(OutputItem& item, ItemStatus status, std::string& out);
  void arguments(OutputItem& item, std::string_view fragment, std::string& out);

  ResponseState state(std::string_view status) const;
  ResponseState final_state() const;

  std::string id_, model_;
  int64_t created_;
  ResponsesEcho echo_;
  ResponseOutput output_;
  ResponsesFrames frames_;
  std::vector<OpenBlock> open_;
  Usage usage_;
  std::string stop_reason_, refusal_;
  bool started_ = false, over_ = false, closed_ = false;
};

}  // namespace claif::wire

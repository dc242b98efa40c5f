// The events of an upstream's stream on their way to the client, as a gateway drives them: grammar,
// encoder, and the message that they add up to.
#pragma once

#include "wire/assemble.hpp"
#include "wire/chat_response.hpp"
#include "wire/openai_error.hpp"
#include "wire/stream_order.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace claif::test {

class PlayedStream {
 public:
  explicit PlayedStream(const wire::ChatEncoding& encoding) : encoder_("chatcmpl-1", 1, encoding) {}

  void json(std::string_view text) {
    if (over_) return;
    if (const auto event = parser_.parse(text))
      this->event(*event);
    else
      fail(event.error());
  }
  void event(const wire::Event& event) {
    if (over_) return;
    if (const auto* error = std::get_if<wire::StreamError>(&event.body))
      return fail(wire::from_stream_error(*error));
    const auto admitted = order_.admit(event);
    if (!admitted) return fail(admitted.error());
    if (!*admitted) return;
    over_ = !encoder_.encode(event, sse_);
    assembler_.add(event);
    follow(event);
  }
  // The upstream ended.
  void end() {
    if (over_) return;
    if (sse_.empty()) return fail(wire::stream_truncated());
    over_ = true;
    encoder_.end(sse_);
    complete_ = order_.may_end();
  }

  // What went to the client.
  const std::string& sse() const { return sse_; }
  // The error in the place of a stream when nothing was sent yet (S1).
  const std::optional<Error>& http_error() const { return http_error_; }
  const wire::MessageAssembler& assembler() const { return assembler_; }
  // The client got the whole answer.
  bool complete() const { return complete_ || assembler_.complete(); }
  // No block began while another was open.
  bool sequential() const { return sequential_; }

 private:
  void follow(const wire::Event& event) {
    const auto* start = std::get_if<wire::BlockStart>(&event.body);
    const auto* text = std::get_if<wire::TextDelta>(&event.body);
    if (start != nullptr || (text != nullptr && open_.count(text->index) == 0)) {
      sequential_ = sequential_ && open_.empty();
      open_.insert(start != nullptr ? start->index : text->index);
    }
    if (const auto* stop = std::get_if<wire::BlockStop>(&event.body)) open_.erase(stop->index);
  }
  void fail(const Error& error) {
    over_ = true;
    if (sse_.empty())
      http_error_ = error;
    else
      encoder_.fail(error, sse_);
  }

  wire::EventParser parser_;
  wire::StreamOrder order_;
  wire::ChatStreamEncoder encoder_;
  wire::MessageAssembler assembler_;
  std::string sse_;
  std::optional<Error> http_error_;
  bool over_ = false, complete_ = false, sequential_ = true;
  std::set<int64_t> open_;
};

}  // namespace claif::test

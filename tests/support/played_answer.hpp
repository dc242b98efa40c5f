// The events of an upstream's stream on their way to a client, as a gateway drives them: grammar,
// encoder, and the message that they add up to.
#pragma once

#include "wire/assemble.hpp"
#include "wire/openai_error.hpp"
#include "wire/stream_order.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace claif::test {

// `Encoder` is that of one of OpenAI's APIs.
template <class Encoder>
class PlayedAnswer {
 public:
  template <class... Arguments>
  explicit PlayedAnswer(std::in_place_t, Arguments&&... arguments)
      : encoder_(std::forward<Arguments>(arguments)...) {}
  virtual ~PlayedAnswer() = default;

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
    ended_whole_ = order_.may_end();
  }

  // What went to the client.
  const std::string& sse() const { return sse_; }
  // The error in the place of a stream when nothing was sent yet (S1).
  const std::optional<Error>& http_error() const { return http_error_; }
  const Encoder& encoder() const { return encoder_; }
  const wire::MessageAssembler& assembler() const { return assembler_; }
  // The client got the whole answer.
  bool complete() const { return ended_whole_ || assembler_.complete(); }

 private:
  virtual void follow(const wire::Event&) {}
  void fail(const Error& error) {
    over_ = true;
    if (sse_.empty())
      http_error_ = error;
    else
      encoder_.fail(error, sse_);
  }

  wire::EventParser parser_;
  wire::StreamOrder order_;
  Encoder encoder_;
  wire::MessageAssembler assembler_;
  std::string sse_;
  std::optional<Error> http_error_;
  bool over_ = false, ended_whole_ = false;
};

}  // namespace claif::test

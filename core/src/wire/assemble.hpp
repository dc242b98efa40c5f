// Between a stream of events and the message that it adds up to.
#pragma once

#include "wire/event.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

class Message;

// Adds stream events up to the JSON of the whole message. Not thread-safe.
class MessageAssembler {
 public:
  void add(const Event& event);
  bool complete() const { return stopped_; }
  // The stop reason so far, empty if none came.
  std::string_view stop_reason() const { return stop_reason_; }
  const Usage& usage() const { return usage_; }
  std::string to_json() const;

 private:
  struct Part {
    int64_t index;
    BlockKind kind;
    std::string text, id, name, input, signature;
  };
  Part* part(int64_t index);

  std::string id_, model_, stop_reason_, stop_sequence_, refusal_;
  Usage usage_;
  std::vector<Part> parts_;
  bool stopped_ = false;
};

// Plays a message as the events of a stream that adds up to it; calls `emit` with the JSON of each.
void expand(const Message& message, const std::function<void(std::string_view json)>& emit);

}  // namespace claif::wire

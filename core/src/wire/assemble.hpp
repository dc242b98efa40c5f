// Between a stream of events and the message that it adds up to.
#pragma once

#include "wire/block.hpp"
#include "wire/event.hpp"
#include "wire/message.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

// Adds stream events, in an order that StreamOrder admits, up to the JSON of the whole message:
// every block with all that it needs to be sent back, in the order in which they began. Not
// thread-safe.
class MessageAssembler {
 public:
  void add(const Event& event);
  bool complete() const { return stopped_; }
  // The stop reason so far, empty if none came.
  std::string_view stop_reason() const { return stop_reason_; }
  const Usage& usage() const { return usage_; }
  std::string to_json() const;

 private:
  void start(const MessageStart& event);
  void change(const MessageDelta& event);
  template <class Delta>
  void extend(const Delta& delta) {
    if (BlockBuilder* block = open_block(delta.index)) block->add(delta);
  }
  BlockBuilder* open_block(int64_t index);

  std::string id_, model_, service_tier_, stop_reason_, stop_sequence_, stop_details_;
  Usage usage_;
  std::vector<BlockBuilder> blocks_;
  std::vector<size_t> open_;  // places in blocks_
  bool stopped_ = false;
};

// Plays a message as the events of a stream that adds up to it; calls `emit` with the JSON of each.
void expand(const Message& message, const std::function<void(std::string_view json)>& emit);

}  // namespace claif::wire

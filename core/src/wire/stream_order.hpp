// The grammar of a stream: the order in which events make a message (translation.md section 4).
#pragma once

#include "wire/event.hpp"

#include <claif/result.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace claif::wire {

// Stands before everything that reads the events of a stream, so that each of them sees one whole
// message: message_start once and first; blocks that start once, grow while they are open and stop
// once; calls with an id and a name; nothing after the end. What says nothing about the message is
// passed over (S10), what would make it another one is a fault. One for each stream; not
// thread-safe.
//
// Passed over: what is unknown before message_start, the same message_start or block start again, a
// delta or stop of a block that never started or that has stopped, a delta of another kind than its
// block, everything after the end. The exception is text for a block that never started: it opens
// an implicit text block (S3).
// Faults: a block, message_delta or message_stop before message_start, a second message, an index
// that is started again for something else, text or arguments for a block that has stopped, text
// for a block before the one that text last went to, a call without id or name.
class StreamOrder {
 public:
  // False: pass the event over. upstream, reason upstream_protocol_error, for a fault.
  Result<bool> admit(const Event& event);
  // The message has begun.
  bool started() const { return started_; }
  // The stop reason is known, so a stream that ends now is complete even without message_stop
  // (S12).
  bool may_end() const { return may_end_; }

 private:
  struct Block {
    BlockKind kind;
    int order;       // how many blocks started before it
    std::string id;  // of a call
    bool implicit, open;
  };

  Result<bool> begin(const MessageStart& event);
  Result<bool> begin(const BlockStart& event);
  Result<bool> text(const TextDelta& event);
  Result<bool> arguments(const JsonDelta& event);
  Result<bool> thinking(const ThinkingDelta& event);
  bool is_open(int64_t index, BlockKind kind) const;
  bool stop(int64_t index);
  Result<void> advance(const Block& block, int& reached, int64_t index) const;

  bool started_ = false, may_end_ = false, over_ = false;
  std::string id_;
  std::map<int64_t, Block> blocks_;
  int text_reached_ = 0, thinking_reached_ = 0;  // the order of the block that grew last
};

}  // namespace claif::wire

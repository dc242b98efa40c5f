// Holds the tool calls of a stream until the whole message is known (reliability.md 4.3): text
// passes at once; everything about tool calls waits for message_stop, is decided together, and is
// then released or replaced. Deciding at the end of a block would be too early: a later block could
// reuse the id.
#pragma once

#include "approval/approver.hpp"
#include "wire/event.hpp"

#include <claif/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace claif::approval {

// What may pass while calls are held.
enum class GateMode {
  by_block,  // text and other blocks: for clients that are told of blocks, whatever their order
  in_order,  // pings only: for clients that get the events themselves, and count their blocks
};

// Whether an event that wire::StreamOrder passes over could change a call: then the calls of its
// message may not be what they seem, and none is allowed (G13).
bool belongs_to_a_call(const wire::Event& event);

// One for each stream. Not thread-safe.
class StreamGate {
 public:
  explicit StreamGate(GateMode mode = GateMode::by_block) : mode_(mode) {}

  // True: the event was kept back, and must not be passed on. too_large when what is held passes
  // the limit for one message. message_stop is kept back only when calls are. `counts`: it is part
  // of the message; released with the event.
  Result<bool> hold(const wire::Event& event, bool counts = true);
  bool holds_calls() const { return !calls_.empty(); }
  // Whether every call has ended and the message has a stop reason, as G13 wants it at
  // message_stop.
  bool is_complete() const { return open_calls_ == 0 && has_stop_reason_; }
  const std::vector<Call>& calls() const { return calls_; }

  struct Released {
    std::string json;
    bool counts;
    bool operator==(const Released&) const = default;
  };
  // The events to pass on, in order, now that `rulings` (one for each call) are known: allowed
  // calls as they came, a text block in the place of each other, the stop reason corrected when
  // none is left. Without message_stop.
  std::vector<Released> release(const std::vector<Ruling>& rulings);

 private:
  enum class Part { start, call, delta, other };  // of the message, a call, message_delta
  struct Held {
    std::string json;
    Part part;
    size_t call;  // index into calls_; of a call only
    bool counts;
  };
  // The call that the event belongs to, which grows by it; -1: none.
  int grow(const wire::Event& event);
  int call_at(int64_t index) const;
  bool waits(const wire::Event& event) const;
  Released released_start(Held& held, const std::vector<Ruling>& rulings) const;

  GateMode mode_;
  std::vector<Call> calls_;
  std::vector<int64_t> indices_;           // block index of each call; its place in message_start
  std::vector<std::string> placeholders_;  // "input" of each start event
  size_t early_calls_ = 0;                 // the first ones came with message_start
  std::vector<Held> held_;
  size_t bytes_ = 0, open_calls_ = 0;
  bool has_stop_reason_ = false;
};

}  // namespace claif::approval

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
#include <vector>

namespace claif::approval {

// One for each stream. Not thread-safe.
class StreamGate {
 public:
  // True: the event was kept back, and must not be passed on. too_large when the calls pass the
  // limit for one message. message_stop is kept back only when calls are.
  Result<bool> hold(const wire::Event& event);
  bool holds_calls() const { return !calls_.empty(); }
  const std::vector<Call>& calls() const { return calls_; }
  // The JSON of the events to pass on, in order, now that `rulings` (one for each call) are known:
  // allowed calls as they came, a text block in the place of each other, the stop reason corrected
  // when none is left.
  std::vector<std::string> release(const std::vector<Ruling>& rulings);

 private:
  struct Held {
    std::string json;
    int call;  // index into calls_, -1: of no call
  };
  int call_at(int64_t index) const;

  std::vector<Call> calls_;
  std::vector<int64_t> indices_;           // block index of each call
  std::vector<std::string> placeholders_;  // "input" of each start event
  std::vector<Held> held_;
  size_t bytes_ = 0;
};

}  // namespace claif::approval

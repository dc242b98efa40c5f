// The order in which stream events make a message (translation.md S1, S2, S12).
#pragma once

#include "wire/event.hpp"

#include <claif/result.hpp>

#include <string>

namespace claif::wire {

// One for each stream. Not thread-safe.
class StreamOrder {
 public:
  // False: pass the event over, it says nothing about the message: what comes before message_start,
  // and the same message_start again. upstream, reason upstream_protocol_error, for a block outside
  // of a message and for a second message.
  Result<bool> admit(const Event& event);
  // The stop reason is known, so a stream that ends now is complete even without message_stop.
  bool may_end() const { return may_end_; }

 private:
  bool started_ = false, may_end_ = false;
  std::string id_;
};

}  // namespace claif::wire

// What a model name orders the fake upstream to do. A gateway passes the model name through, while
// it may drop headers it does not know.
#pragma once

#include <string_view>

namespace claif::bench {

// claude-mock-l50-s500-e100-d5000-w24-x200
struct Behaviour {
  int latency_ms = 0;    // l: time before the answer starts
  int text_bytes = 500;  // s: bytes of text in an answer that is not streamed
  int events = 20;       // e: text deltas in a stream
  int delay_us = 0;      // d: time between two deltas; 0 = all at once
  int delta_bytes = 24;  // w: bytes of text in each delta
  int status = 200;      // x: HTTP status; from 400 on with an error body
};

Behaviour parse_behaviour(std::string_view model);

}  // namespace claif::bench

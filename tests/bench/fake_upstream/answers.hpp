// The bytes of the answers: those of the Anthropic Messages API, in size and kind.
#pragma once

#include "fake_upstream/behaviour.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace claif::bench {

// An HTTP response with a JSON body.
std::string json_response(std::string_view body, int status = 200);

// The whole answer to a request that does not stream, or an error.
std::string message_response(const Behaviour& behaviour, std::string_view model);

// The head of a streamed answer up to the first delta, each event a chunk.
std::string stream_start(std::string_view model);

// One text delta. A `sent_at` other than 0 is written into it as "t=<ns>;", so that the load
// generator can tell how long the event took on its way.
void append_delta(std::string& out, const Behaviour& behaviour, std::int64_t sent_at);

void append_stream_end(std::string& out);

}  // namespace claif::bench

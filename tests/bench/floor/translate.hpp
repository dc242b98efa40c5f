// The least translation between OpenAI chat completions and Anthropic Messages: a RapidJSON
// document both ways, nothing validated that the benchmark's own bodies do not need.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace claif::bench {

struct StreamState {
  std::string id;
  std::string model;
};

// Appends `head`, the length and the body for the upstream to `out`; false when `body`, which is
// parsed in place, is no chat request.
bool append_messages_request(std::string& out, std::string_view head, char* body);

// The same with the body for the client; false when `body` is no message.
bool append_chat_completion(std::string& out, std::string_view head, char* body);

// Appends the chunks for the client that one upstream event (zero-terminated) gives rise to.
void append_chat_chunks(std::string& out, std::span<char> event, StreamState& state);

}  // namespace claif::bench

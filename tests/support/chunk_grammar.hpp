// What every chat completion stream keeps to, whatever the upstream did (translation.md section 4).
#pragma once

#include <string>
#include <string_view>

namespace claif::test {

struct ChunkRules {
  bool include_usage = false;
  bool ended = true;  // the stream is over, so it must have come to an end
};

// The first thing that is wrong with the bytes that went to the client; nothing: empty. No bytes
// are no stream: nothing is wrong with them.
std::string violation(std::string_view sse, const ChunkRules& rules);

}  // namespace claif::test

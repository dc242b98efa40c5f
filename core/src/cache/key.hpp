// Cache keys: SHA-256 over everything that decides the answer (reliability.md section 3).
#pragma once

#include <string>
#include <string_view>

namespace claif::cache {

// What an answer depends on besides the request itself.
struct KeyFacts {
  std::string_view tenant;
  std::string_view transport;  // plugin id and a digest of its configuration
  std::string_view api_version, beta;
};

// 64 hex digits. `body` is the frozen request, of whoever wrote it. Blanks between its tokens do
// not count, nor does its "stream" member, so that a streamed answer serves a plain request and the
// reverse; nor does the block of "system" that tells which Claude Code asks.
std::string key_of(const KeyFacts& facts, std::string_view body);

}  // namespace claif::cache

// Cache keys: SHA-256 over the canonical form (RFC 8785) of everything that decides an answer
// (reliability.md section 3).
#pragma once

#include "wire/chat_request.hpp"

#include <claif/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace claif::cache {

// What an answer depends on besides the request itself.
struct KeyFacts {
  std::string_view tenant;
  // Identities of the plugins that make the answer: the transport, then the hooks in order.
  std::vector<std::string_view> chain;
};

// 64 hex digits. Two requests have the same key only if Claude would be asked the same: white
// space, the order of members, the spelling of numbers and strings, and members that say what holds
// without them do not count; nor does "stream", so that a streamed answer serves a plain request
// and the reverse; nor does the block of "system" that tells which Claude Code asks.
// unsupported, with the reason, when there must be no key: a part of the request is somewhere else
// and may change (an image by URL), or it is no request that has a canonical form.
Result<std::string> key_of(const KeyFacts& facts, const wire::MessagesRequest& request);

}  // namespace claif::cache

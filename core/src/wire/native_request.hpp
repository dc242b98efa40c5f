// An Anthropic client's own Messages request (U5): read, not translated.
#pragma once

#include "wire/chat_request.hpp"

#include <claif/result.hpp>

#include <string>
#include <string_view>

namespace claif::wire {

// What a client of the Messages API said besides its body.
struct NativeHead {
  std::string_view version;  // anthropic-version; empty: the newest
  std::string_view beta;     // anthropic-beta
  std::string_view query;    // of the URL
};

// `body` stays as it is, byte for byte, but for a model that is a key of `aliases`: its name is
// replaced in place. `counts_tokens`: it is for /v1/messages/count_tokens, which never streams.
// invalid_request, with param, when the body is not JSON, or lacks what claif itself has to know:
// everything else is for the upstream to judge.
Result<MessagesRequest> read_native(std::string body,
                                    const NativeHead& head,
                                    const ModelAliases& aliases,
                                    bool counts_tokens);

}  // namespace claif::wire

// The upstream's errors as errors of ours (translation.md section 6).
#pragma once

#include "wire/event.hpp"

#include <claif/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claif::wire {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names in lower case

struct UpstreamHead {
  int status = 0;
  Headers headers;
  std::string_view header(std::string_view name) const;  // empty when absent
};

// "<status>\nname: value\n..." as transports emit it.
UpstreamHead parse_head(std::string_view text);

// Whose key the upstream saw: a client cannot mend a key that is not its own.
enum class KeyOwner { caller, gateway };

struct ErrorContext {
  int64_t now_ms;  // since 1970: dates and resets become durations
  KeyOwner key = KeyOwner::caller;
};

// An upstream answer of 400 or above as an Error with status, type, param, reason and the headers
// to pass on (E1-E3). `body` need not be JSON.
Error from_upstream(const UpstreamHead& head, std::string_view body, const ErrorContext& context);
Error from_stream_error(const StreamError& error);
Error stream_truncated();                   // S12
Error protocol_error(std::string message);  // upstream, reason upstream_protocol_error (S12)

// A refused key of the gateway's is a fault of the gateway, status 500; other errors stay.
Error without_key_blame(Error error);

}  // namespace claif::wire

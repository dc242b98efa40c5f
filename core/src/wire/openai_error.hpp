// Errors between the two wires (translation.md section 6): upstream's -> Error, Error -> OpenAI's.
#pragma once

#include "wire/event.hpp"

#include <claif/result.hpp>

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

// An upstream answer of 400 or above as an Error with status, type, param and reason.
Error from_upstream(const UpstreamHead& head, std::string_view body);
Error from_stream_error(const StreamError& error);
Error stream_truncated();                   // S12
Error protocol_error(std::string message);  // upstream, reason upstream_protocol_error (S12)

int http_status(const Error& error);               // error.status, or the one of error.code
std::string_view openai_type(const Error& error);  // error.type, or the one of error.code
std::string encode_error(const Error& error);      // {"error":{message,type,param,code}}

}  // namespace claif::wire

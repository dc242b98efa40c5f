// What both request decoders promise.
#pragma once

#include "base/json.hpp"
#include "fuzz/input.hpp"
#include "wire/chat_request.hpp"
#include "wire/openai_error.hpp"

namespace claif::fuzz {

// A request that is refused: with a status of the 400s, and an error that can be written.
inline void require_refusal(const Error& error) {
  const int status = wire::http_status(error);
  require(status >= 400 && status < 500);
  require(json::parse(wire::encode_error(error)).has_value());
}

// A request that is sent: its body is JSON, and its messages are where it says.
inline void require_request(const wire::MessagesRequest& request) {
  require(json::parse(request.body).has_value());
  require(request.messages_begin < request.messages_end);
  const auto elements =
      request.body.substr(request.messages_begin, request.messages_end - request.messages_begin);
  require(json::parse("[" + elements + "]").has_value());
}

}  // namespace claif::fuzz

// Any body becomes a Messages request that is JSON, or an error with a status of the 400s.
#include "base/json.hpp"
#include "fuzz/input.hpp"
#include "wire/chat_request.hpp"
#include "wire/openai_error.hpp"

using claif::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto decoded = claif::wire::decode_chat(std::string(claif::fuzz::text(data, size)), {});
  if (!decoded) {
    const int status = claif::wire::http_status(decoded.error());
    require(status >= 400 && status < 500);
    require(claif::json::parse(claif::wire::encode_error(decoded.error())).has_value());
    return 0;
  }
  const auto& request = decoded->messages;
  const auto body = claif::json::parse(request.body);
  require(body.has_value());
  require(request.messages_begin < request.messages_end);
  const auto elements =
      request.body.substr(request.messages_begin, request.messages_end - request.messages_begin);
  require(claif::json::parse("[" + elements + "]").has_value());
  return 0;
}

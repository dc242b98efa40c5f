// Any answer of an upstream that does not stream: it is refused, or becomes a completion in every
// encoding and a message that says the same when it is written, played as a stream and read back.
#include "fuzz/input.hpp"
#include "fuzz/json_input.hpp"
#include "support/chunk_grammar.hpp"
#include "support/json_difference.hpp"
#include "support/played_stream.hpp"
#include "wire/assemble.hpp"
#include "wire/chat_response.hpp"
#include "wire/openai_error.hpp"
#include "wire/responses_object.hpp"

#include <string>

using namespace claif;
using fuzz::require;
using fuzz::require_none;

namespace {

// What playing `message` as a stream adds up to; empty when its stream is a fault (a call without a
// name, say).
std::string replayed(const wire::Message& message, const wire::ChatEncoding& encoding) {
  test::PlayedStream stream(encoding);
  wire::expand(message, [&](std::string_view event) { stream.json(event); });
  stream.end();
  require_none(test::violation(stream.sse(), {.include_usage = encoding.include_usage}));
  return stream.complete() ? stream.assembler().to_json() : std::string();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto message = wire::Message::parse(std::string(fuzz::text(data, size)));
  if (!message) {
    require(wire::http_status(message.error()) == 502);
    return 0;
  }
  for (const bool on : {false, true}) {
    const wire::ChatEncoding encoding{on, !on, on, on, on};
    const auto completion = test::parsed(wire::encode_chat_completion(*message, "id", 1, encoding));
    require(!completion.HasParseError() && completion["choices"].Size() == 1);
  }
  const auto response = test::parsed(wire::encode_response(*message, {}, "resp_1", 1));
  require(!response.HasParseError() && response["output"].IsArray());
  if (fuzz::has_repeated_key(fuzz::text(data, size))) return 0;
  const std::string once = replayed(*message, {.include_usage = true});
  if (once.empty()) return 0;
  const auto again = wire::Message::parse(once);
  require(again.has_value());
  require_none(test::difference(replayed(*again, {.thinking_blocks = true}), once));
  require_none(test::difference(wire::to_json(*again), once));
  return 0;
}

#include "support/chat_compare.hpp"
#include "support/stream_sums.hpp"
#include "support/vector_checks.hpp"
#include "support/vector_compare.hpp"
#include "wire/chat_response.hpp"
#include "wire/message.hpp"

namespace claif::test {

std::string check_chat_response(const json::Value& v) {
  const auto message = wire::Message::parse(json::dump(member(v, "anthropic_response")));
  if (!message) return "was refused: " + message.error().message;
  const auto actual =
      parsed(wire::encode_chat_completion(*message, "chatcmpl-1", 1, chat_encoding(v)));
  if (actual.HasParseError()) return "the completion is not JSON";
  if (json::string_or(actual, "id") != "chatcmpl-1" || json::integer_or(actual, "created") != 1)
    return "id and created are not those given";
  if (auto differs = completion_difference(member(v, "expect_openai_response"), actual);
      !differs.empty())
    return differs;
  if (auto differs = replay_difference(wire::to_json(*message)); !differs.empty()) return differs;
  // A client that streams gets the same answer (from the cache, say).
  const wire::ChatEncoding encoding = chat_encoding(v);
  if (encoding.strip_fence) return {};
  PlayedStream played(encoding);
  wire::expand(*message, [&](std::string_view event) { played.json(event); });
  return sum_difference(played, encoding);
}

}  // namespace claif::test

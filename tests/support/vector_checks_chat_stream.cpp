#include "support/chat_compare.hpp"
#include "support/chat_frames.hpp"
#include "support/chunk_grammar.hpp"
#include "support/played_stream.hpp"
#include "support/stream_sums.hpp"
#include "support/upstream_sse.hpp"
#include "support/vector_checks.hpp"
#include "support/vector_compare.hpp"
#include "wire/openai_error.hpp"

#include <utility>
#include <vector>

namespace claif::test {
namespace {

std::string check_chunks(const json::Value& v, const std::string& sse) {
  const ChatFrames frames = read_frames(sse);
  if (!frames.fault.empty()) return frames.fault;
  for (const std::string& chunk : frames.chunks) {
    const auto doc = parsed(chunk);
    if (doc.HasMember("error")) continue;
    if (json::string_or(doc, "id") != "chatcmpl-1" || json::integer_or(doc, "created") != 1)
      return "a chunk has another id or created: " + chunk;
  }
  if (auto differs = chunks_difference(member(v, "expect_openai_chunks"), frames.chunks);
      !differs.empty())
    return differs;
  return frames.done == member(v, "expect_done").IsTrue() ? "" : "[DONE] differs";
}

std::string check_http_error(const json::Value& expected, const PlayedStream& played) {
  if (!played.sse().empty() || !played.http_error()) return "something was streamed";
  const int status = wire::http_status(*played.http_error());
  if (status != json::integer_or(expected, "status")) return "status is " + std::to_string(status);
  return error_difference(member(expected, "error"), wire::encode_error(*played.http_error()));
}

}  // namespace

std::string check_chat_stream(const json::Value& v) {
  const std::string body = upstream_body(v);
  if (auto fault = cut_fault(body); !fault.empty()) return fault;
  const wire::ChatEncoding encoding = chat_encoding(v);
  PlayedStream played(encoding);
  for (const auto& [type, data] : read_events(body, 0))
    played.json(data);
  played.end();
  if (const json::Value* expected = json::find(v, "expect_http_error"))
    return check_http_error(*expected, played);
  if (auto wrong = violation(played.sse(), {.include_usage = encoding.include_usage});
      !wrong.empty())
    return wrong;
  if (auto differs = check_chunks(v, played.sse()); !differs.empty()) return differs;
  if (!played.complete()) return {};
  if (auto differs = sum_difference(played, encoding); !differs.empty())
    return "the message that the events add up to differs: " + differs;
  return replay_difference(played.assembler().to_json());
}

}  // namespace claif::test

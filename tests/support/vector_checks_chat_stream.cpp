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

// The one member of a delta that merely goes on with a text, e.g. "content" or "arguments 0".
std::string text_of(const json::Value& chunk, std::string_view& value) {
  const json::Value* choices = json::find(chunk, "choices");
  if (choices == nullptr || choices->Size() != 1) return {};
  const json::Value& delta = (*choices)[0]["delta"];
  if (json::find((*choices)[0], "finish_reason") != nullptr || delta.MemberCount() != 1) return {};
  const auto& member = *delta.MemberBegin();
  const std::string name(json::text(member.name));
  if (member.value.IsString() && (name == "content" || name == "reasoning_content")) {
    value = json::text(member.value);
    return name;
  }
  if (name != "tool_calls" || member.value.Size() != 1) return {};
  const json::Value& call = member.value[0];
  if (call.MemberCount() != 2 || !call.HasMember("function")) return {};
  value = json::string_or(call["function"], "arguments");
  return call["function"].MemberCount() == 1
             ? "arguments " + std::to_string(json::integer_or(call, "index"))
             : "";
}

// The chunks with neighbouring fragments of one text merged and what never counts removed.
std::vector<std::string> canonical(const std::vector<std::string>& chunks) {
  std::vector<std::string> out;
  std::string last, joined;
  const auto flush = [&] {
    if (!joined.empty()) out.push_back(R"({")" + last + R"(":)" + json::quote(joined) + "}");
    joined.clear();
  };
  for (const std::string& chunk : chunks) {
    auto doc = parsed(chunk);
    strip(doc, {"id", "created", "system_fingerprint", "usage"}, doc.GetAllocator());
    auto whole = parsed(chunk);
    if (const auto usage = whole.FindMember("usage");
        usage != whole.MemberEnd() && !usage->value.IsNull())
      doc.AddMember("usage", json::Value(usage->value, doc.GetAllocator()), doc.GetAllocator());
    if (const auto error = doc.FindMember("error"); error != doc.MemberEnd()) {
      error->value.RemoveMember("message");
      strip(error->value, {}, doc.GetAllocator());
    }
    std::string_view value;
    const std::string kind = text_of(doc, value);
    if (kind.empty() || kind != last) flush();
    last = kind;
    if (kind.empty())
      out.push_back(json::dump(doc));
    else
      joined += value;
  }
  flush();
  return out;
}

std::string check_chunks(const json::Value& v, const std::string& sse) {
  const ChatFrames frames = read_frames(sse);
  if (!frames.fault.empty()) return frames.fault;
  for (const std::string& chunk : frames.chunks) {
    const auto doc = parsed(chunk);
    if (doc.HasMember("error")) continue;
    if (json::string_or(doc, "id") != "chatcmpl-1" || json::integer_or(doc, "created") != 1)
      return "a chunk has another id or created: " + chunk;
  }
  std::vector<std::string> wanted_chunks;
  const json::Value& list = member(v, "expect_openai_chunks");
  if (!list.IsArray()) return "the vector lacks expect_openai_chunks";
  for (const auto& chunk : list.GetArray())
    wanted_chunks.push_back(json::dump(chunk));
  const auto expected = canonical(wanted_chunks), actual = canonical(frames.chunks);
  for (size_t i = 0; i < std::max(expected.size(), actual.size()); ++i) {
    const std::string at = "chunk " + std::to_string(i) + " ";
    if (i >= actual.size()) return at + "is missing: " + expected[i];
    if (i >= expected.size()) return at + "is too much: " + actual[i];
    if (auto differs = difference(expected[i], actual[i]); !differs.empty()) return at + differs;
  }
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

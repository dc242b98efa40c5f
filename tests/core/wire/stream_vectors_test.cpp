#include "sse.hpp"
#include "support/chat_frames.hpp"
#include "support/vectors.hpp"
#include "wire/assemble.hpp"
#include "wire/chat_response.hpp"
#include "wire/openai_error.hpp"
#include "wire/stream_order.hpp"

#include <memory>
#include <optional>

#include <gtest/gtest.h>

namespace claif::test {
namespace {

// One stream through parser, encoder and assembler, as a gateway would drive them.
class Played {
 public:
  explicit Played(bool include_usage) : encoder_("chatcmpl-1", 1, include_usage) {}

  void event(std::string_view json) {
    if (over_) return;
    const auto event = parser_.parse(json);
    if (!event) return fail(event.error());
    if (const auto* error = std::get_if<wire::StreamError>(&event->body))
      return fail(wire::from_stream_error(*error));
    const auto admitted = order_.admit(*event);
    if (!admitted) return fail(admitted.error());
    if (!*admitted) return;
    over_ = !encoder_.encode(*event, sse_);
    assembler_.add(*event);
  }
  void end() {
    if (!http_error_) encoder_.end(sse_);
  }

  const std::string& sse() const { return sse_; }
  const std::optional<Error>& http_error() const { return http_error_; }
  const wire::MessageAssembler& assembler() const { return assembler_; }

 private:
  void fail(const Error& error) {
    over_ = true;
    if (sse_.empty())
      http_error_ = error;  // nothing was sent yet
    else
      encoder_.fail(error, sse_);
  }

  wire::EventParser parser_;
  wire::StreamOrder order_;
  wire::ChatStreamEncoder encoder_;
  wire::MessageAssembler assembler_;
  std::string sse_;
  std::optional<Error> http_error_;
  bool over_ = false;
};

bool includes_usage(const json::Value& v) {
  const json::Value* options = json::find(v, "options");
  const json::Value* usage = options ? json::find(*options, "include_usage") : nullptr;
  return usage != nullptr && usage->IsTrue();
}

std::unique_ptr<Played> play(const json::Value& v) {
  auto out = std::make_unique<Played>(includes_usage(v));
  if (const json::Value* events = json::find(v, "anthropic_sse"))
    for (const auto& event : events->GetArray())
      out->event(json::dump(event));
  return out;
}

// The raw body in two pieces, cut at `cut`.
std::unique_ptr<Played> play_raw(const json::Value& v, size_t cut) {
  auto out = std::make_unique<Played>(includes_usage(v));
  const std::string_view body = json::string_or(v, "anthropic_sse_raw");
  transport_anthropic::SseParser parser;
  const auto sink = [&](std::string_view, std::string_view data) { out->event(data); };
  EXPECT_TRUE(parser.feed(body.substr(0, cut), sink));
  EXPECT_TRUE(parser.feed(body.substr(cut), sink));
  parser.finish(sink);
  return out;
}

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
  std::vector<std::string> wanted;
  for (const auto& chunk : v["expect_openai_chunks"].GetArray())
    wanted.push_back(json::dump(chunk));
  const auto expected = canonical(wanted), actual = canonical(frames.chunks);
  for (size_t i = 0; i < std::max(expected.size(), actual.size()); ++i) {
    const std::string at = "chunk " + std::to_string(i) + " ";
    if (i >= actual.size()) return at + "is missing: " + expected[i];
    if (i >= expected.size()) return at + "is too much: " + actual[i];
    if (auto differs = difference(expected[i], actual[i]); !differs.empty()) return at + differs;
  }
  return frames.done == v["expect_done"].GetBool() ? "" : "[DONE] differs";
}

std::string check_outcome(const json::Value& v, Played& played) {
  if (const json::Value* wanted = json::find(v, "expect_http_error")) {
    if (!played.sse().empty() || !played.http_error()) return "something was streamed";
    if (wire::http_status(*played.http_error()) != (*wanted)["status"].GetInt())
      return "status is " + std::to_string(wire::http_status(*played.http_error()));
    return error_difference((*wanted)["error"], wire::encode_error(*played.http_error()));
  }
  played.end();
  return check_chunks(v, played.sse());
}

std::string check_stream(const json::Value& v) {
  if (json::string_or(v, "endpoint") != "chat") return "only chat completions are translated";
  const size_t size = json::string_or(v, "anthropic_sse_raw").size();
  if (size == 0) {
    return check_outcome(v, *play(v));
  }
  for (size_t cut = 0; cut <= size; ++cut) {
    if (auto problem = check_outcome(v, *play_raw(v, cut)); !problem.empty())
      return "cut at " + std::to_string(cut) + ": " + problem;
  }
  return {};
}

class StreamVector : public testing::TestWithParam<Vector> {};

TEST_P(StreamVector, BecomesTheChunks) {
  expect_vector("streams", GetParam(), check_stream(GetParam().document()));
}

// The events add up to a message whose completion says the same as the reassembled chunks.
TEST_P(StreamVector, AddsUpToTheSameMessage) {
  const auto v = GetParam().document();
  const auto played = play(v);
  if (!played->assembler().complete()) return;  // it adds up to no message
  const auto message = wire::Message::parse(played->assembler().to_json());
  ASSERT_TRUE(message) << played->assembler().to_json();
  const auto whole = parsed(wire::encode_chat_completion(*message, "chatcmpl-1", 1));
  const Reassembled pieces = reassemble(read_frames(played->sse()));
  const json::Value& choice = whole["choices"][0];
  EXPECT_EQ(pieces.text, json::string_or(choice["message"], "content"));
  EXPECT_EQ(pieces.reasoning, json::string_or(choice["message"], "reasoning_content"));
  EXPECT_EQ(pieces.refusal, json::string_or(choice["message"], "refusal"));
  EXPECT_EQ(pieces.finish_reason, json::string_or(choice, "finish_reason"));
  const json::Value* calls = json::find(choice["message"], "tool_calls");
  if (pieces.finish_reason == "content_filter") return;
  ASSERT_EQ(pieces.calls.size(), calls ? calls->Size() : 0);
  for (unsigned i = 0; i < pieces.calls.size(); ++i) {
    EXPECT_EQ(pieces.calls[i].id, json::string_or((*calls)[i], "id"));
    EXPECT_EQ(pieces.calls[i].name, json::string_or((*calls)[i]["function"], "name"));
    EXPECT_EQ(difference(json::string_or((*calls)[i]["function"], "arguments"),
                         pieces.calls[i].arguments),
              "");
  }
}

// expand() plays a message as a stream; assembling that stream gives the message back.
TEST_P(StreamVector, SurvivesExpandingAndAssembling) {
  const auto played = play(GetParam().document());
  const auto message = wire::Message::parse(played->assembler().to_json());
  ASSERT_TRUE(message);
  wire::EventParser parser;
  wire::MessageAssembler again;
  wire::expand(*message, [&](std::string_view json) {
    const auto event = parser.parse(json);
    ASSERT_TRUE(event) << json;
    again.add(*event);
  });
  EXPECT_TRUE(again.complete());
  EXPECT_EQ(difference(played->assembler().to_json(), again.to_json()), "");
}

INSTANTIATE_TEST_SUITE_P(Translation,
                         StreamVector,
                         testing::ValuesIn(vectors("streams")),
                         vector_name);

}  // namespace
}  // namespace claif::test

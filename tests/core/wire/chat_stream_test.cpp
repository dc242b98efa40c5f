// Streams -> chunks: what the vectors of the specification do not show (S1-S15).
#include "support/block_events.hpp"
#include "support/chat_frames.hpp"
#include "support/chunk_grammar.hpp"
#include "support/played_stream.hpp"
#include "support/stream_sums.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

using testing::ElementsAre;

const std::string kStart =
    R"({"type":"message_start","message":{"id":"m","model":"x","content":[]}})";
const std::string kStop = R"({"type":"message_stop"})";

std::string ended(const std::string& stop_reason) {
  return R"({"type":"message_delta","delta":{"stop_reason":")" + stop_reason + R"("},"usage":{}})";
}
std::string text(int index, const std::string& text) {
  return delta(index, R"("type":"text_delta","text":")" + text + "\"");
}
std::string input(int index, const std::string& json) {
  return delta(index, R"("type":"input_json_delta","partial_json":")" + json + "\"");
}
std::string call(const std::string& id, const std::string& name) {
  return R"({"type":"tool_use","id":")" + id + R"(","name":")" + name + R"(","input":{}})";
}

// The deltas that the client gets after the first chunk, then the finish reason, [DONE] or the code
// of an error.
std::vector<std::string> played(const std::vector<std::string>& events,
                                const wire::ChatEncoding& encoding = {}) {
  PlayedStream stream(encoding);
  for (const std::string& event : events)
    stream.json(event);
  stream.end();
  if (stream.http_error()) return {"HTTP " + stream.http_error()->reason};
  EXPECT_EQ(violation(stream.sse(), {.include_usage = encoding.include_usage}), "");
  if (stream.complete()) {
    EXPECT_EQ(sum_difference(stream, encoding), "");
    EXPECT_EQ(replay_difference(stream.assembler().to_json()), "");
  }
  const ChatFrames frames = read_frames(stream.sse());
  std::vector<std::string> out;
  for (const std::string& chunk : frames.chunks) {
    const auto doc = parsed(chunk);
    if (const json::Value* error = json::find(doc, "error")) {
      out.emplace_back(json::string_or(*error, "code"));
    } else if (doc["choices"].Empty()) {
      out.emplace_back("usage");
    } else {
      const json::Value& choice = doc["choices"][0];
      const auto reason = json::string_or(choice, "finish_reason");
      if (!choice["delta"].HasMember("role"))
        out.push_back(reason.empty() ? json::dump(choice["delta"]) : std::string(reason));
    }
  }
  if (frames.done) out.emplace_back("[DONE]");
  return out;
}

TEST(ChatStream, ContentOfTheStartIsEmittedAtOnce) {
  const std::string begin =
      R"({"type":"message_start","message":{"id":"m","model":"x","content":[)"
      R"({"type":"text","text":"a","citations":)"
      R"([{"type":"web_search_result_location","url":"https://a.example","title":"A"}]},)"
      R"({"type":"tool_use","id":"t","name":"f","input":{"k":1}},)"
      R"({"type":"server_tool_use","id":"s","name":"web_search","input":{"q":1}}]}})";
  EXPECT_THAT(
      played({begin, start(3, call("u", "g")), stop(3), ended("tool_use"), kStop}),
      ElementsAre(
          R"({"content":"a"})",
          R"({"annotations":[{"type":"url_citation","url_citation":)"
          R"({"start_index":0,"end_index":1,"url":"https://a.example","title":"A"}}]})",
          R"({"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":""}}]})",
          R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"k\":1}"}}]})",
          R"({"tool_calls":[{"index":1,"id":"u","type":"function","function":{"name":"g","arguments":""}}]})",
          R"({"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]})", "tool_calls", "[DONE]"));
}

TEST(ChatStream, TextOfABlockThatNeverStartedIsContent) {
  EXPECT_THAT(played({kStart, text(0, "a"), text(0, "b"), stop(0), ended("end_turn"), kStop}),
              ElementsAre(R"({"content":"a"})", R"({"content":"b"})", "stop", "[DONE]"));
}

TEST(ChatStream, TextThatABlockStartsWithIsContent) {
  EXPECT_THAT(played({kStart, start(0, R"({"type":"text","text":"a"})"), stop(0), ended("end_turn"),
                      kStop}),
              ElementsAre(R"({"content":"a"})", "stop", "[DONE]"));
}

TEST(ChatStream, JsonOfOtherToolsNeverReachesACallOfTheClient) {
  EXPECT_THAT(
      played({kStart, start(0, call("t", "f")), input(0, R"({\"a\":1})"),
              start(1, R"({"type":"server_tool_use","id":"s","name":"w","input":{}})"),
              input(1, R"({\"b\":2})"),
              start(2, R"({"type":"mcp_tool_use","id":"m","name":"x","input":{}})"),
              input(2, R"({\"c\":3})"), input(7, R"({\"d\":4})"), stop(0), stop(1), stop(2),
              ended("tool_use"), kStop}),
      ElementsAre(
          R"({"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":""}}]})",
          R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}]})", "tool_calls",
          "[DONE]"));
}

TEST(ChatStream, CallsThatOverlapKeepTheirArguments) {
  EXPECT_THAT(
      played({kStart, start(5, call("t", "f")), start(2, call("u", "g")), input(2, "{}"),
              input(5, R"({\"a\":1})"), stop(2), stop(5), ended("tool_use"), kStop}),
      ElementsAre(
          R"({"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":""}}]})",
          R"({"tool_calls":[{"index":1,"id":"u","type":"function","function":{"name":"g","arguments":""}}]})",
          R"({"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]})",
          R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}]})", "tool_calls",
          "[DONE]"));
}

TEST(ChatStream, BlocksThatTheEndFindsOpenAreClosed) {
  EXPECT_THAT(
      played({kStart, start(0, R"({"type":"thinking","thinking":"","signature":""})"),
              delta(0, R"("type":"thinking_delta","thinking":"h")"), start(1, call("t", "f")),
              ended("tool_use")},
             {.reasoning = false, .thinking_blocks = true}),
      ElementsAre(
          R"({"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":""}}]})",
          R"({"thinking_blocks":[{"type":"thinking","thinking":"h","signature":""}]})",
          R"({"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]})", "tool_calls", "[DONE]"));
}

TEST(ChatStream, LegacyRepliesHoldTheFirstCallOnly) {
  EXPECT_THAT(played({kStart, start(0, call("t", "f")), stop(0), start(1, call("u", "g")),
                      input(1, R"({\"x\":1})"), stop(1), ended("tool_use"), kStop},
                     {.legacy_functions = true}),
              ElementsAre(R"({"function_call":{"name":"f","arguments":""}})",
                          R"({"function_call":{"arguments":"{}"}})", "function_call", "[DONE]"));
}

TEST(ChatStream, AnnotationsCountCodePointsOfTheWholeContent) {
  const std::string cite =
      R"("type":"citations_delta","citation":{"type":"search_result_location",)"
      R"("source":"https://b.example","title":"B"})";
  EXPECT_THAT(
      played({kStart, text(0, "né😀"), stop(0),
              start(1, R"({"type":"text","text":"","citations":[]})"), delta(1, cite), text(1, "€"),
              text(1, "uro"),
              delta(1, R"("type":"citations_delta","citation":{"type":"page_location"})"), stop(1),
              ended("end_turn"), kStop}),
      ElementsAre(R"({"content":"né😀"})", R"({"content":"€"})", R"({"content":"uro"})",
                  R"({"annotations":[{"type":"url_citation","url_citation":)"
                  R"({"start_index":3,"end_index":7,"url":"https://b.example","title":"B"}}]})",
                  "stop", "[DONE]"));
}

TEST(ChatStream, ReasoningCanBeLeftOut) {
  const std::vector<std::string> events{kStart,
                                        start(0, R"({"type":"thinking","thinking":"a"})"),
                                        delta(0, R"("type":"thinking_delta","thinking":"b")"),
                                        stop(0),
                                        ended("end_turn"),
                                        kStop};
  EXPECT_THAT(played(events), ElementsAre(R"({"reasoning_content":"a"})",
                                          R"({"reasoning_content":"b"})", "stop", "[DONE]"));
  EXPECT_THAT(played(events, {.reasoning = false}), ElementsAre("stop", "[DONE]"));
}

TEST(ChatStream, TheEndWithoutAStopReasonIsAStop) {
  EXPECT_THAT(played({kStart, kStop}, {.include_usage = true}),
              ElementsAre("stop", "usage", "[DONE]"));
}

TEST(ChatStream, NothingComesAfterTheEnd) {
  EXPECT_THAT(played({kStart, ended("end_turn"), kStop, text(0, "late"), "{", kStop,
                      R"({"type":"error","error":{"type":"api_error","message":"x"}})"}),
              ElementsAre("stop", "[DONE]"));
}

TEST(ChatStream, AFaultBeforeTheFirstChunkIsAnHttpError) {
  EXPECT_THAT(played({text(0, "a")}), ElementsAre("HTTP upstream_protocol_error"));
  EXPECT_THAT(played({}), ElementsAre("HTTP stream_truncated"));
  EXPECT_THAT(played({R"({"type":"ping"})", "nonsense"}),
              ElementsAre("HTTP upstream_protocol_error"));
}

TEST(ChatStream, AFaultLaterIsTheLastFrame) {
  EXPECT_THAT(played({kStart, text(0, "a"), start(0, call("t", "f"))}),
              ElementsAre(R"({"content":"a"})", "upstream_protocol_error"));
}

TEST(ChatStream, HalfACharacterIsAFault) {
  EXPECT_THAT(played({kStart, text(0, R"(\udc00)")}), ElementsAre("upstream_protocol_error"));
  EXPECT_THAT(played({kStart, text(0, R"(\ud83d)")}), ElementsAre("upstream_protocol_error"));
  EXPECT_THAT(played({kStart, text(0, "\xe2\x82")}), ElementsAre("upstream_protocol_error"));
  EXPECT_THAT(played({kStart, text(0, R"(\ud83d\ude00)"), ended("end_turn"), kStop}),
              ElementsAre(R"({"content":"😀"})", "stop", "[DONE]"));
}

TEST(ChatStream, UnknownEventsMayNestAsTheyLike) {
  const std::string deep = std::string(70, '[') + std::string(70, ']');
  EXPECT_THAT(played({kStart, R"({"type":"checkpoint","x":)" + deep + "}", text(0, "a"),
                      ended("end_turn"), kStop}),
              ElementsAre(R"({"content":"a"})", "stop", "[DONE]"));
  EXPECT_THAT(played({kStart, start(0, R"({"type":"future_block","x":)" + deep + "}")}),
              ElementsAre("upstream_protocol_error"));
}

}  // namespace
}  // namespace claif::test

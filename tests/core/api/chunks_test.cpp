#include "api/chunks.hpp"

#include "support/block_events.hpp"

#include <gtest/gtest.h>

namespace claif::api {
namespace {

std::vector<ChatChunk> chunks(const std::vector<std::string>& events) {
  wire::EventParser parser;
  ChunkBuilder builder;
  std::vector<ChatChunk> out;
  for (const std::string& event : events)
    builder.add(*parser.parse(event), out);
  return out;
}

const std::string kStart =
    R"({"type":"message_start","message":{"id":"m","model":"claude-opus-5-5","content":[],"usage":{"input_tokens":3}}})";
const std::string kStop = R"({"type":"message_stop"})";
std::string call(int index, const std::string& id) {
  return test::start(index, R"({"type":"tool_use","id":")" + id + R"(","name":"f","input":{}})");
}
std::string fragment(int index, const std::string& json) {
  return test::delta(index, R"("type":"input_json_delta","partial_json":)" + json);
}
using test::stop;

TEST(ChunkBuilder, CallsThatGrowTogetherKeepTheirArgumentsApart) {
  std::vector<std::string> arguments(3);
  for (const ChatChunk& chunk :
       chunks({kStart, call(1, "a"), call(2, "b"), call(3, "c"), fragment(2, R"("{\"b\":")"),
               fragment(1, R"("{\"a\":1}")"), fragment(2, R"("2}")"), stop(1), stop(2), stop(3)}))
    if (chunk.tool_index)
      arguments.at(static_cast<size_t>(*chunk.tool_index)) += chunk.tool_call.arguments;
  EXPECT_EQ(arguments, (std::vector<std::string>{R"({"a":1})", R"({"b":2})", "{}"}));
}

TEST(ChunkBuilder, ACallWhoseBlockNeverStopsHasArguments) {
  const auto out = chunks({kStart, call(0, "a"), kStop});
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out[1].tool_call.arguments, "{}");
  EXPECT_EQ(out[2].finish_reason, "tool_calls");
}

TEST(ChunkBuilder, BlocksThatTheMessageStartsWithCount) {
  const auto out = chunks(
      {R"({"type":"message_start","message":{"id":"m","model":"x","usage":{},"content":[)"
       R"({"type":"text","text":"Hi"},{"type":"tool_use","id":"a","name":"f","input":{"x":1}}]}})",
       kStop});
  ASSERT_EQ(out.size(), 4u);
  EXPECT_EQ(out[0].content, "Hi");
  EXPECT_EQ(out[1].tool_call.id, "a");
  EXPECT_EQ(out[2].tool_call.arguments, R"({"x":1})");
}

}  // namespace
}  // namespace claif::api

// Blocks and messages keep what is needed to send them back.
#include "support/block_events.hpp"
#include "support/json_difference.hpp"
#include "support/stream_sums.hpp"
#include "wire/assemble.hpp"

#include <initializer_list>
#include <string>

#include <gtest/gtest.h>

namespace claif::test {
namespace {

// The content of the message that these events add up to. Each is what follows the index.
std::string content_of(std::initializer_list<std::string_view> events) {
  wire::EventParser parser;
  wire::MessageAssembler assembler;
  const auto add = [&](const std::string& json) {
    const auto event = parser.parse(json);
    ASSERT_TRUE(event) << json;
    assembler.add(*event);
  };
  add(R"({"type":"message_start","message":{"id":"m","model":"x","content":[]}})");
  for (const std::string_view event : events)
    add(std::string(event));
  return json::dump(parsed(assembler.to_json())["content"]);
}

TEST(AssembledBlock, TextKeepsItsCitationsAndUnknownMembers) {
  EXPECT_EQ(content_of({start(0, R"({"type":"text","text":"a","citations":[{"n":1}],"new":[0]})"),
                        delta(0, R"("type":"text_delta","text":"b")"),
                        delta(0, R"("type":"citations_delta","citation":{"n":2})"), stop(0)}),
            R"([{"type":"text","text":"ab","citations":[{"n":1},{"n":2}],"new":[0]}])");
}

TEST(AssembledBlock, TextWithoutCitationsStaysAsItStarted) {
  EXPECT_EQ(content_of({start(0, R"({"type":"text","text":"","citations":null})"),
                        delta(0, R"("type":"text_delta","text":"b")")}),
            R"([{"type":"text","text":"b","citations":null}])");
}

TEST(AssembledBlock, ThinkingKeepsItsSignature) {
  EXPECT_EQ(content_of({start(0, R"({"type":"thinking","thinking":"","signature":""})"),
                        delta(0, R"("type":"thinking_delta","thinking":"a")"),
                        delta(0, R"("type":"thinking_delta","thinking":"b")"),
                        delta(0, R"("type":"signature_delta","signature":"S==")"), stop(0),
                        start(1, R"({"type":"redacted_thinking","data":"enc"})"), stop(1)}),
            R"([{"type":"thinking","thinking":"ab","signature":"S=="},)"
            R"({"type":"redacted_thinking","data":"enc"}])");
}

TEST(AssembledBlock, CallsKeepTheirCallerAndGetTheirInput) {
  EXPECT_EQ(content_of(
                {start(0, R"({"type":"tool_use","id":"t","name":"f","input":{},"caller":{"x":1}})"),
                 delta(0, R"("type":"input_json_delta","partial_json":"{\"a\":")"),
                 delta(0, R"("type":"input_json_delta","partial_json":"1}")"), stop(0),
                 start(1, R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})"),
                 delta(1, R"("type":"input_json_delta","partial_json":"{\"query\":\"q\"}")"),
                 start(2, R"({"type":"mcp_tool_use","id":"m","name":"g","input":{}})"),
                 delta(2, R"("type":"input_json_delta","partial_json":"{\"b\":2}")")}),
            R"([{"type":"tool_use","id":"t","name":"f","input":{"a":1},"caller":{"x":1}},)"
            R"({"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"q"}},)"
            R"({"type":"mcp_tool_use","id":"m","name":"g","input":{"b":2}}])");
}

TEST(AssembledBlock, InputOfTheStartEventCountsWhenNoFragmentComes) {
  EXPECT_EQ(content_of({start(0, R"({"type":"tool_use","id":"t","name":"f","input":{"a":1}})")}),
            R"([{"type":"tool_use","id":"t","name":"f","input":{"a":1}}])");
  EXPECT_EQ(content_of({start(0, R"({"type":"tool_use","id":"t","name":"f"})")}),
            R"([{"type":"tool_use","id":"t","name":"f","input":{}}])");
}

TEST(AssembledBlock, ACallWithoutInputGetsAnEmptyOne) {
  EXPECT_EQ(content_of({start(0, R"({"type":"tool_use","id":"t","name":"f"})"),
                        start(1, R"({"type":"server_tool_use","id":"s","name":"web_search"})")}),
            R"([{"type":"tool_use","id":"t","name":"f","input":{}},)"
            R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}}])");
}

TEST(AssembledBlock, InputThatIsNoObjectIsWrapped) {
  for (const std::string input : {R"({\"a\":)", R"([1])", R"(1)"})
    EXPECT_EQ(
        content_of({start(0, R"({"type":"tool_use","id":"t","name":"f","input":{}})"),
                    delta(0, R"("type":"input_json_delta","partial_json":")" + input + "\"")}),
        R"([{"type":"tool_use","id":"t","name":"f","input":{"INVALID_JSON":")" + input + R"("}}])");
}

TEST(AssembledBlock, InputTooDeepForARequestIsWrapped) {
  const auto nested = [](int levels) {
    std::string out(static_cast<size_t>(levels), '[');
    return R"({\"a\":)" + out + std::string(static_cast<size_t>(levels), ']') + "}";
  };
  const auto content = [&](int levels) {
    return content_of(
        {start(0, R"({"type":"tool_use","id":"t","name":"f","input":{}})"),
         delta(0, R"("type":"input_json_delta","partial_json":")" + nested(levels) + "\"")});
  };
  EXPECT_EQ(content(58).find("INVALID_JSON"), std::string::npos);
  EXPECT_NE(content(59).find("INVALID_JSON"), std::string::npos);
}

TEST(AssembledBlock, OtherKindsStayAsTheyCame) {
  const std::string blocks[] = {
      R"({"type":"web_search_tool_result","tool_use_id":"s","content":[{"url":"u"}]})",
      R"({"type":"fallback","from":{"model":"a"},"to":{"model":"b"}})"};
  EXPECT_EQ(content_of({start(0, blocks[0]), stop(0), start(1, blocks[1])}),
            "[" + blocks[0] + "," + blocks[1] + "]");
}

TEST(AssembledBlock, DeltasOfAnotherKindChangeNothing) {
  EXPECT_EQ(content_of({start(0, R"({"type":"redacted_thinking","data":"enc"})"),
                        delta(0, R"("type":"text_delta","text":"b")"),
                        delta(0, R"("type":"input_json_delta","partial_json":"1")"),
                        delta(0, R"("type":"thinking_delta","thinking":"t")"),
                        delta(0, R"("type":"signature_delta","signature":"s")"),
                        delta(0, R"("type":"citations_delta","citation":{})")}),
            R"([{"type":"redacted_thinking","data":"enc"}])");
}

TEST(AssembledBlock, TextOfNoBlockMakesOne) {
  EXPECT_EQ(content_of({delta(4, R"("type":"text_delta","text":"a")"),
                        delta(4, R"("type":"text_delta","text":"b")")}),
            R"([{"type":"text","text":"ab"}])");
}

TEST(AssembledBlock, BlocksOfTheStartComeFirst) {
  wire::EventParser parser;
  wire::MessageAssembler assembler;
  for (const char* json :
       {R"({"type":"message_start","message":{"id":"m","model":"x","content":[)"
        R"({"type":"text","text":"a"},{"type":"tool_use","id":"t","name":"f","input":{"k":1}}]}})",
        R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":"b"}})"}) {
    const auto event = parser.parse(json);
    ASSERT_TRUE(event);
    assembler.add(*event);
  }
  EXPECT_EQ(
      json::dump(parsed(assembler.to_json())["content"]),
      R"([{"type":"text","text":"a"},{"type":"tool_use","id":"t","name":"f","input":{"k":1}},)"
      R"({"type":"text","text":"b"}])");
}

// What sessions, caches and Anthropic's own clients need of a message.
constexpr std::string_view kWhole =
    R"({"id":"m","type":"message","role":"assistant","model":"claude-opus-5-5","content":[)"
    R"({"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"},)"
    R"({"type":"text","text":"a","citations":[{"type":"page_location","n":1},{"n":2}]},)"
    R"({"type":"text","text":"","citations":[]},{"type":"text","text":"b","citations":null},)"
    R"({"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"q"},"caller":{}},)"
    R"({"type":"web_search_tool_result","tool_use_id":"s","content":[]},)"
    R"({"type":"tool_use","id":"t","name":"f","input":{"a":[1.5,null]}},)"
    R"({"type":"tool_use","id":"u","name":"g","input":{}}],)"
    R"("stop_reason":"refusal","stop_sequence":"x","stop_details":{"type":"refusal",)"
    R"("category":"cyber","explanation":"No."},"usage":{"input_tokens":1,"output_tokens":2,)"
    R"("cache_creation_input_tokens":3,"cache_read_input_tokens":4,)"
    R"("output_tokens_details":{"thinking_tokens":5},"service_tier":"priority"}})";

TEST(Message, KeepsEverything) {
  const auto message = wire::Message::parse(std::string(kWhole));
  ASSERT_TRUE(message);
  EXPECT_EQ(wire::to_json(*message), kWhole);
}

TEST(Message, PlayedAsAStreamAddsUpToItself) {
  EXPECT_EQ(replay_difference(std::string(kWhole)), "");
}

// As Anthropic's own streams do: a client may take the input of a start event for its own.
TEST(Message, PlayedAsAStreamStartsItsBlocksEmpty) {
  const auto message = wire::Message::parse(std::string(kWhole));
  ASSERT_TRUE(message);
  std::string starts;
  wire::expand(*message, [&](std::string_view event) {
    const auto doc = parsed(event);
    if (const json::Value* block = json::find(doc, "content_block")) starts += json::dump(*block);
  });
  EXPECT_EQ(starts,
            R"({"type":"thinking","thinking":"","signature":""})"
            R"({"type":"redacted_thinking","data":"d"})"
            R"({"type":"text","text":"","citations":[]})"
            R"({"type":"text","text":"","citations":[]})"
            R"({"type":"text","text":"","citations":null})"
            R"({"type":"server_tool_use","id":"s","name":"web_search","input":{},"caller":{}})"
            R"({"type":"web_search_tool_result","tool_use_id":"s","content":[]})"
            R"({"type":"tool_use","id":"t","name":"f","input":{}})"
            R"({"type":"tool_use","id":"u","name":"g","input":{}})");
}

TEST(Message, TextOfOursTakesThePlaceOfABlock) {
  auto message = wire::Message::parse(std::string(kWhole));
  ASSERT_TRUE(message);
  message->blocks = {message->text_block("ours")};
  const auto doc = parsed(wire::to_json(*message));
  EXPECT_EQ(json::dump(doc["content"]), R"([{"type":"text","text":"ours"}])");
  EXPECT_EQ(replay_difference(wire::to_json(*message)), "");
}

}  // namespace
}  // namespace claif::test

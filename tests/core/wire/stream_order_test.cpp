#include "wire/stream_order.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace claif::wire {
namespace {

const std::string kBegin =
    R"({"type":"message_start","message":{"id":"m","model":"x","content":[]}})";
const std::string kEnded =
    R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{}})";
const std::string kStop = R"({"type":"message_stop"})";
const std::string kPing = R"({"type":"ping"})";
const std::string kError = R"({"type":"error","error":{"type":"api_error","message":"x"}})";

std::string start(int index, const std::string& block) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) +
         R"(,"content_block":)" + block + "}";
}
std::string call(int index, const std::string& id = "t", const std::string& name = "f") {
  return start(index,
               R"({"type":"tool_use","id":")" + id + R"(","name":")" + name + R"(","input":{}})");
}
std::string open_text(int index, const std::string& text = "") {
  return start(index, R"({"type":"text","text":")" + text + R"("})");
}
std::string open_thinking(int index) {
  return start(index, R"({"type":"thinking","thinking":"","signature":""})");
}
std::string delta(int index,
                  const std::string& type,
                  const std::string& key,
                  const std::string& v) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) +
         R"(,"delta":{"type":")" + type + R"(",")" + key + R"(":")" + v + R"("}})";
}
std::string text(int index, const std::string& text = "a") {
  return delta(index, "text_delta", "text", text);
}
std::string json(int index, const std::string& json = "{}") {
  return delta(index, "input_json_delta", "partial_json", json);
}
std::string thinking(int index) {
  return delta(index, "thinking_delta", "thinking", "h");
}
std::string signature(int index) {
  return delta(index, "signature_delta", "signature", "s");
}
std::string citation(int index) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) +
         R"(,"delta":{"type":"citations_delta","citation":{}}})";
}
std::string stop(int index) {
  return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}";
}

// What becomes of each event: + admitted, - passed over, ! a fault.
std::string fate(const std::vector<std::string>& events) {
  EventParser parser;
  StreamOrder order;
  std::string out;
  for (const std::string& event : events) {
    const auto parsed = parser.parse(event);
    if (!parsed) return "not an event: " + event;
    const auto admitted = order.admit(*parsed);
    out += !admitted ? '!' : *admitted ? '+' : '-';
    if (!admitted && admitted.error().reason != "upstream_protocol_error") return "another error";
  }
  return out;
}

TEST(StreamOrder, AdmitsAMessage) {
  EXPECT_EQ(fate({kBegin, open_thinking(0), thinking(0), signature(0), stop(0), open_text(1), kPing,
                  text(1), citation(1), stop(1), call(2), json(2), json(2, ""), stop(2), kEnded,
                  kEnded, kStop}),
            "+++++++++++++++++");
}

TEST(StreamOrder, AMessageBeginsWithItsStart) {
  EXPECT_EQ(fate({kPing, kBegin, kPing}), "-++");
  for (const std::string& event :
       {open_text(0), text(0), json(0), stop(0), kEnded, kStop, citation(0)})
    EXPECT_EQ(fate({event}), "!") << event;
}

TEST(StreamOrder, TheSameMessageMayBeginAgainAnotherMayNot) {
  EXPECT_EQ(fate({kBegin, text(0), kBegin, text(0)}), "++-+");
  EXPECT_EQ(fate({kBegin, R"({"type":"message_start","message":{"id":"n"}})"}), "+!");
}

TEST(StreamOrder, NothingCountsAfterTheEnd) {
  EXPECT_EQ(fate({kBegin, kStop, kBegin, open_text(0), text(0), kEnded, kStop, kError}),
            "++------");
  EXPECT_EQ(fate({kBegin, kError, text(0), kStop}), "++--");
}

TEST(StreamOrder, TextOpensItsBlockNothingElseDoes) {
  EXPECT_EQ(fate({kBegin, text(3), text(3), citation(3), stop(3)}), "+++++");
  EXPECT_EQ(fate({kBegin, text(3, ""), json(3), thinking(3), signature(3), citation(3), stop(3)}),
            "+------");
}

TEST(StreamOrder, AStartThatComesLateOrAgainSaysNothingNew) {
  EXPECT_EQ(fate({kBegin, text(0), open_text(0), text(0)}), "++-+");
  EXPECT_EQ(fate({kBegin, open_text(0, "a"), open_text(0, "a"), text(0)}), "++-+");
  EXPECT_EQ(fate({kBegin, call(0), call(0), json(0)}), "++-+");
}

TEST(StreamOrder, AnIndexHasOneBlock) {
  EXPECT_EQ(fate({kBegin, text(0), open_text(0, "lost")}), "++!");
  EXPECT_EQ(fate({kBegin, open_text(0), call(0)}), "++!");
  EXPECT_EQ(fate({kBegin, call(0, "t"), call(0, "u")}), "++!");
  EXPECT_EQ(fate({kBegin, open_text(0), stop(0), open_text(0)}), "+++!");
  EXPECT_EQ(fate({kBegin, call(0), stop(0), call(0)}), "+++!");
}

TEST(StreamOrder, DeltasOfAnotherKindArePassedOver) {
  EXPECT_EQ(fate({kBegin, open_text(0), json(0), thinking(0), signature(0)}), "++---");
  EXPECT_EQ(fate({kBegin, call(0), text(0), thinking(0), signature(0), citation(0)}), "++----");
  EXPECT_EQ(fate({kBegin, open_thinking(0), text(0), json(0), citation(0)}), "++---");
  EXPECT_EQ(fate({kBegin, start(0, R"({"type":"future_block"})"), text(0), thinking(0)}), "++--");
}

TEST(StreamOrder, ServerToolsGetTheirJson) {
  EXPECT_EQ(fate({kBegin, start(0, R"({"type":"server_tool_use","id":"s","name":"w"})"), json(0),
                  start(1, R"({"type":"mcp_tool_use","id":"m","name":"w"})"), json(1)}),
            "+++++");
}

TEST(StreamOrder, ABlockThatStoppedDoesNotGrow) {
  EXPECT_EQ(fate({kBegin, open_text(0), stop(0), text(0)}), "+++!");
  EXPECT_EQ(fate({kBegin, call(0), stop(0), json(0)}), "+++!");
  EXPECT_EQ(fate({kBegin, open_text(0), stop(0), text(0, ""), citation(0), stop(0)}), "+++---");
  EXPECT_EQ(fate({kBegin, call(0), stop(0), json(0, ""), stop(0)}), "+++--");
  EXPECT_EQ(fate({kBegin, open_thinking(0), stop(0), thinking(0), signature(0)}), "+++--");
}

TEST(StreamOrder, TextDoesNotGoBackToAnEarlierBlock) {
  EXPECT_EQ(fate({kBegin, open_text(0), open_text(1), text(0), text(1), text(0)}), "+++++!");
  EXPECT_EQ(fate({kBegin, open_text(0), open_text(1, "b"), text(0)}), "+++!");
  EXPECT_EQ(fate({kBegin, open_thinking(0), open_thinking(1), thinking(1), thinking(0)}), "++++!");
  EXPECT_EQ(fate({kBegin, open_text(0), open_thinking(1), thinking(1), text(0)}), "+++++");
}

TEST(StreamOrder, CallsMayOverlap) {
  EXPECT_EQ(fate({kBegin, call(0, "t"), call(1, "u"), json(1), json(0), stop(1), stop(0)}),
            "+++++++");
}

TEST(StreamOrder, ACallHasAnIdAndAName) {
  EXPECT_EQ(fate({kBegin, call(0, "", "f")}), "+!");
  EXPECT_EQ(fate({kBegin, call(0, "t", "")}), "+!");
  EXPECT_EQ(fate({R"({"type":"message_start","message":{"id":"m","content":[)"
                  R"({"type":"tool_use","name":"f","input":{}}]}})"}),
            "!");
}

TEST(StreamOrder, MayEndOnceTheStopReasonIsKnown) {
  EventParser parser;
  StreamOrder order;
  const auto admit = [&](const std::string& event) {
    const auto parsed = parser.parse(event);
    ASSERT_TRUE(parsed && order.admit(*parsed));
  };
  admit(kBegin);
  admit(R"({"type":"message_delta","delta":{"stop_reason":null},"usage":{}})");
  EXPECT_FALSE(order.may_end());
  admit(kEnded);
  EXPECT_TRUE(order.may_end());
}

TEST(EventParser, RefusesWhatNestsTooDeepWhateverItsLength) {
  EventParser parser;
  for (const size_t levels : {300U, 900U, 3000U, 300000U}) {
    const std::string nested = std::string(levels / 2, '[') + std::string(levels / 2, ']');
    const auto known = parser.parse(R"({"type":"message_delta","x":)" + nested + "}");
    ASSERT_FALSE(known);
    EXPECT_NE(known.error().message.find("nests too deep"), std::string::npos);
    const std::string json = R"({"type":"news","x":)" + nested + "}";
    const auto unknown = parser.parse(json);
    EXPECT_TRUE(unknown && std::holds_alternative<Other>(unknown->body));
    EXPECT_FALSE(parser.parse(std::string(levels, '[')));
  }
}

}  // namespace
}  // namespace claif::wire

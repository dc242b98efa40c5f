// Answers in which a call was replaced, and the frames of a stream.
#include "wire/amend.hpp"

#include "wire/sse_frame.hpp"

#include <gtest/gtest.h>

namespace claif::wire {
namespace {

const std::string kMessage =
    "{ \"id\":\"m\", \"content\" : [ {\"type\":\"text\",\"text\":\"a \\u00fc\"}, "
    "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\",\"input\":{}}\n], \"stop_reason\" "
    ":\"tool_use\", "
    "\"new_thing\":[1, 2] }";

TEST(Amend, ReplacesWhatIsNotOfTheMessageAndNothingElse) {
  auto message = Message::parse(kMessage);
  ASSERT_TRUE(message);
  message->blocks[1] = message->text_block("not \"allowed\"");
  message->stop_reason = "end_turn";
  EXPECT_EQ(
      amend(kMessage, *message),
      "{ \"id\":\"m\", \"content\" : [ {\"type\":\"text\",\"text\":\"a \\u00fc\"}, "
      "{\"type\":\"text\",\"text\":\"not \\\"allowed\\\"\"}\n], \"stop_reason\" :\"end_turn\", "
      "\"new_thing\":[1, 2] }");
}

TEST(Amend, AMessageThatIsAsItWasStays) {
  const auto message = Message::parse(kMessage);
  EXPECT_EQ(amend(kMessage, *message), kMessage);
  const std::string open = R"({"content":[],"stop_reason": null})";
  EXPECT_EQ(amend(open, *Message::parse(open)), open);
}

TEST(Amend, ReplacesTheBlocksOfAMessageStart) {
  const std::string start =
      R"({"type":"message_start", "message":{"id":"m","content":[{"a":1} ,{"b":2}],"x":null}})";
  EXPECT_EQ(
      start_with_texts(start, {{1, "no"}}),
      R"({"type":"message_start", "message":{"id":"m","content":[{"a":1} ,{"type":"text","text":"no"}],"x":null}})");
  EXPECT_EQ(start_with_texts(start, {}), start);
}

TEST(Amend, OnlyTheStopReasonOfCallsChanges) {
  EXPECT_EQ(without_tool_use(
                R"({"type":"message_delta","delta":{"stop_reason": "tool_use","a":1},"usage":{}})"),
            R"({"type":"message_delta","delta":{"stop_reason": "end_turn","a":1},"usage":{}})");
  for (const char* other :
       {R"({"type":"message_delta","delta":{"stop_reason":"max_tokens"}})",
        R"({"type":"message_delta","stop_reason":"tool_use"})", R"({"delta":"tool_use"})"})
    EXPECT_EQ(without_tool_use(other), other);
}

std::string frame(std::string_view type, std::string_view json) {
  std::string out;
  append_sse(out, type, json);
  return out;
}

TEST(SseFrame, HasTheTypeAndTheData) {
  EXPECT_EQ(frame("ping", R"({"type": "ping"})"), "event: ping\ndata: {\"type\": \"ping\"}\n\n");
  EXPECT_EQ(frame("", "{}"), "data: {}\n\n");
}

TEST(SseFrame, ALineOfTheDataIsALineOfTheFrame) {
  EXPECT_EQ(frame("a", "{\n\"b\":\r\n1\r}"),
            "event: a\ndata: {\ndata: \"b\":\ndata: 1\ndata: }\n\n");
}

TEST(SseFrame, ATypeThatIsNoLineMakesNone) {
  EXPECT_EQ(frame("a\nevent: b", "{}"), "data: {}\n\n");
}

// Ids of what Claude's servers did stay: their results name them.
TEST(Amend, GivesAnAnswerIdsOfItsOwn) {
  const std::string before =
      R"({"id":"msg_1", "content":[{"type":"tool_use","id":"t1","input":{"id":"x"}},)"
      R"({"id":"t2","type":"tool_use"},{"type":"server_tool_use","id":"s1"}],"stop_reason":"tool_use"})";
  const std::string once = with_fresh_ids(before), twice = with_fresh_ids(before);
  EXPECT_NE(once, twice);
  std::set<std::string> ids;
  std::string restored = once;
  for (const std::string old : {"msg_1", "t1", "t2"}) {
    const size_t at = before.find(json::quote(old));
    const std::string prefix = old == "msg_1" ? "\"msg_" : "\"toolu_";
    const size_t begin = restored.find(prefix, at);
    ASSERT_EQ(begin, at) << restored;
    const size_t end = restored.find('"', begin + 1) + 1;
    EXPECT_TRUE(ids.insert(restored.substr(begin, end - begin)).second);
    restored.replace(begin, end - begin, json::quote(old));
  }
  EXPECT_EQ(restored, before);
}

}  // namespace
}  // namespace claif::wire

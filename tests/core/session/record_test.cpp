#include "session/record.hpp"

#include "support/json_difference.hpp"

#include <gtest/gtest.h>

namespace claif::session {
namespace {

constexpr std::string_view kAsked = R"({"role":"user","content":"Hi"})";
constexpr std::string_view kAnswer =
    R"({"model":"m","content":[{"type":"text","text":"Hello"}],"usage":{"input_tokens":1}})";

TEST(SessionRecord, HoldsTheTurnAsMessages) {
  const auto record = encode_turn(kAsked, kAnswer, 1234);
  ASSERT_TRUE(record);
  EXPECT_EQ(test::difference(
                R"({"at":1234,"model":"m","usage":{"input_tokens":1},"messages":[
                    {"role":"user","content":"Hi"},
                    {"role":"assistant","content":[{"type":"text","text":"Hello"}]}]})",
                *record),
            "");
  EXPECT_EQ(record->find('\n'), std::string::npos);
}

TEST(SessionRecord, IsNotMadeOfAnAnswerThatIsNoMessage) {
  for (const std::string_view answer : {"", "{}", "[]", R"({"content":"text"})", "{\"content\":["})
    EXPECT_FALSE(encode_turn(kAsked, answer, 0)) << answer;
}

TEST(History, JoinsTheTurnsInOrder) {
  const auto one = encode_turn(kAsked, kAnswer, 1);
  const auto two = encode_turn(
      R"({"role":"user","content":"And?"},{"role":"system","content":"s"})", kAnswer, 2);
  const auto joined = history({*one, *two});
  ASSERT_TRUE(joined);
  const auto doc = test::parsed("[" + *joined + "]");
  ASSERT_EQ(doc.Size(), 5u);
  EXPECT_EQ(json::string_or(doc[0], "content"), "Hi");
  EXPECT_EQ(json::string_or(doc[1], "role"), "assistant");
  EXPECT_EQ(json::string_or(doc[2], "content"), "And?");
}

TEST(History, OfNothingIsEmpty) {
  EXPECT_EQ(history({}).value(), "");
}

TEST(History, NamesTheRecordThatIsDamaged) {
  const auto good = encode_turn(kAsked, kAnswer, 1);
  for (const std::string bad : {"", "{", "{}", R"({"messages":{}})", "\xff"}) {
    const auto joined = history({*good, bad});
    ASSERT_FALSE(joined);
    EXPECT_NE(joined.error().message.find("record 2"), std::string::npos);
  }
}

}  // namespace
}  // namespace claif::session

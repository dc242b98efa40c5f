#include "session/record.hpp"

#include "support/json_difference.hpp"

#include <gtest/gtest.h>

namespace claif::session {
namespace {

constexpr std::string_view kAsked = R"({"role":"user","content":"Hi"})";
constexpr std::string_view kAnswer =
    R"({"model":"m","content":[{"type":"text","text":"Hello"}],"usage":{"input_tokens":1}})";

Record of(RecordKind kind, std::vector<Turn> turns = {}) {
  Record out;
  out.kind = kind;
  out.at = 1234;
  out.turns = std::move(turns);
  return out;
}

TEST(SessionRecord, HoldsTheTurnAsMessages) {
  const auto turn = make_turn("turn_1", kAsked, kAnswer, 1234);
  ASSERT_TRUE(turn) << turn.error().message;
  const std::string json = encode(of(RecordKind::turn, {*turn}));
  EXPECT_EQ(test::difference(
                R"({"kind":"turn","at":1234,"id":"turn_1","model":"m","usage":{"input_tokens":1},
                    "messages":[{"role":"user","content":"Hi"},
                    {"role":"assistant","content":[{"type":"text","text":"Hello"}]}]})",
                json),
            "");
  EXPECT_EQ(json.find('\n'), std::string::npos);
  const auto back = decode_record(json);
  ASSERT_TRUE(back) << back.error().message;
  ASSERT_EQ(back->turns.size(), 1u);
  EXPECT_EQ(back->turns[0].messages, turn->messages);
  EXPECT_EQ(back->turns[0].usage, turn->usage);
}

TEST(SessionRecord, IsNotMadeOfAnAnswerThatIsNoMessage) {
  for (const std::string_view answer : {"", "{}", "[]", R"({"content":"text"})", "{\"content\":["})
    EXPECT_FALSE(make_turn("t", kAsked, answer, 0)) << answer;
}

TEST(SessionRecord, OfTheFirstVersionIsATurn) {
  const auto old = decode_record(
      R"({"at":5,"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[]}]})");
  ASSERT_TRUE(old);
  EXPECT_EQ(old->kind, RecordKind::turn);
  EXPECT_EQ(old->turns.at(0).messages.size(), 2u);
  EXPECT_FALSE(old->head);
}

TEST(SessionRecord, KeepsTheHeadAndManyTurns) {
  Record record = of(RecordKind::session);
  record.head = Head{"mark", "A \"title\"", "coding", "Be brief.\nAlways.", R"({"a":1})", ""};
  record.turns = {{"t1", 7, "m", "", {R"({"role":"user"})"}}, {"t2", 8, "", "", {}}};
  record.live = {1};
  record.checkpoints = {{"c", 9, {0, 1}}};
  const auto back = decode_record(encode(record));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->head->title, record.head->title);
  EXPECT_EQ(back->head->system, record.head->system);
  EXPECT_EQ(back->head->metadata, record.head->metadata);
  ASSERT_EQ(back->turns.size(), 2u);
  EXPECT_EQ(back->turns[0].at, 7);
  EXPECT_EQ(back->turns[1].id, "t2");
  EXPECT_EQ(back->live, record.live);
  EXPECT_EQ(back->checkpoints.at(0).turns, (std::vector<uint32_t>{0, 1}));
}

TEST(SessionRecord, SaysWhenItIsNone) {
  for (const std::string bad :
       {"", "{", "{}", R"({"messages":{}})", "\xff", R"({"kind":"later"})", "[]"})
    EXPECT_EQ(decode_record(bad).error().code, Errc::internal) << bad;
}

TEST(Metadata, IsMerged) {
  EXPECT_EQ(merge_metadata("", R"({"b":2,"a":"x"})").value(), R"({"a":"x","b":2})");
  EXPECT_EQ(merge_metadata(R"({"a":"x","b":2})", R"({"a":null,"c":true})").value(),
            R"({"b":2,"c":true})");
  EXPECT_EQ(merge_metadata(R"({"a":1})", R"({"a":null})").value(), "");
  for (const std::string& bad :
       std::vector<std::string>{"[]", "1", R"({"a":{}})", R"({"a":[1]})", "{",
                                R"({"a":")" + std::string(17'000, 'x') + "\"}"})
    EXPECT_EQ(merge_metadata("", bad).error().code, Errc::invalid_request) << bad.substr(0, 20);
}

TEST(Owner, IsAMarkThatTellsNothing) {
  EXPECT_EQ(owner_mark(""), "");
  EXPECT_EQ(owner_mark("key").size(), 64u);
  EXPECT_EQ(owner_mark("key"), owner_mark("key"));
  EXPECT_NE(owner_mark("key"), owner_mark("other"));
}

}  // namespace
}  // namespace claif::session

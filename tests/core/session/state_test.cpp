#include "session/state.hpp"

#include <gtest/gtest.h>

namespace claif::session {
namespace {

class SessionState : public ::testing::Test {
 protected:
  void apply(const std::string& json) {
    const auto applied = state.apply(++number, json);
    ASSERT_TRUE(applied) << applied.error().message;
  }
  void turn(const std::string& id, const std::string& question, const std::string& answer) {
    apply(
        R"({"kind":"turn","at":)" + std::to_string(number + 1) + R"(,"id":")" + id +
        R"(","usage":{"input_tokens":10,"output_tokens":2},"messages":[{"role":"user","content":")" +
        question + R"("},{"role":"assistant","content":[{"type":"text","text":")" + answer +
        R"("}]}]})");
  }
  std::vector<std::string> ids() const {
    std::vector<std::string> out;
    for (size_t i = 0; i < state.turn_count(); ++i)
      out.push_back(state.turn(i).id);
    return out;
  }
  using Ids = std::vector<std::string>;

  State state;
  uint64_t number = 0;
};

TEST_F(SessionState, JoinsTheTurnsInOrder) {
  EXPECT_EQ(state.history(), "");
  EXPECT_FALSE(state.exists());
  turn("a", "One?", "1");
  turn("b", "Two?", "2");
  EXPECT_EQ(state.history(), R"({"role":"user","content":"One?"},)"
                             R"({"role":"assistant","content":[{"type":"text","text":"1"}]},)"
                             R"({"role":"user","content":"Two?"},)"
                             R"({"role":"assistant","content":[{"type":"text","text":"2"}]})");
  const Stats stats = state.stats();
  EXPECT_EQ(stats.turns, 2u);
  EXPECT_EQ(stats.messages, 4u);
  EXPECT_EQ(stats.input_tokens, 20u);
  EXPECT_EQ(stats.output_tokens, 4u);
  EXPECT_EQ(stats.created_ms, 1);
  EXPECT_EQ(stats.updated_ms, 2);
}

TEST_F(SessionState, GoesBackToACheckpointAndForthAgain) {
  turn("a", "1", "1");
  apply(R"({"kind":"checkpoint","at":2,"name":"one"})");
  turn("b", "2", "2");
  apply(R"({"kind":"checkpoint","at":4,"name":"two"})");
  apply(R"({"kind":"restore","at":5,"name":"one"})");
  EXPECT_EQ(ids(), Ids{"a"});
  EXPECT_EQ(state.conversation(), 5u);
  turn("c", "3", "3");
  EXPECT_EQ(ids(), (Ids{"a", "c"}));
  apply(R"({"kind":"restore","at":7,"name":"two"})");
  EXPECT_EQ(ids(), (Ids{"a", "b"}));
  EXPECT_EQ(state.unused_turns(), 1u);
  apply(R"({"kind":"restore","at":8,"name":"none"})");
  EXPECT_EQ(ids(), (Ids{"a", "b"}));
  EXPECT_EQ(state.conversation(), 7u);
}

TEST_F(SessionState, IsTheSameAfterASnapshot) {
  apply(R"({"kind":"session","at":1,"session":{"owner":"o","title":"T","metadata":{"a":1}}})");
  turn("a", "1", "1");
  apply(R"({"kind":"checkpoint","at":2,"name":"one"})");
  turn("b", "2", "2");
  apply(R"({"kind":"restore","at":5,"name":"one"})");
  turn("c", "3", "3");
  apply(R"({"kind":"update","at":6,"title":"New","metadata":{"b":2}})");
  State copy;
  ASSERT_TRUE(copy.apply(number, state.snapshot()));
  EXPECT_EQ(copy.history(), state.history());
  EXPECT_EQ(copy.title(), "New");
  EXPECT_EQ(copy.head().owner, "o");
  EXPECT_EQ(copy.head().metadata, R"({"a":1,"b":2})");
  EXPECT_EQ(copy.unused_turns(), 0u);
  ASSERT_TRUE(copy.apply(number + 1, R"({"kind":"restore","at":9,"name":"one"})"));
  EXPECT_EQ(copy.turn_count(), 1u);
  EXPECT_EQ(copy.turn(0).id, "a");
}

TEST_F(SessionState, FindsMessagesByTheirIds) {
  turn("a", "1", "1");
  turn("b", "2", "2");
  const auto messages = state.messages();
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[2].id, "b-0");
  EXPECT_EQ(state.turns_until("a-1").value().size(), 1u);
  const auto cut = state.turns_until("b-0").value();
  ASSERT_EQ(cut.size(), 2u);
  EXPECT_EQ(cut[1].messages.size(), 1u);
  EXPECT_EQ(cut[1].usage, "");
  EXPECT_EQ(state.turns_until("c-0").error().code, Errc::not_found);
  EXPECT_EQ(state.turns_until("b-9").error().code, Errc::not_found);
}

TEST_F(SessionState, IsCalledByWhatWasSaidFirst) {
  turn("a", "  How warm\\nis it?", "Cold");
  EXPECT_EQ(state.title(), "  How warm is it?");
  apply(R"({"kind":"update","at":2,"title":"Weather"})");
  EXPECT_EQ(state.title(), "Weather");
  apply(R"({"kind":"update","at":3,"title":""})");
  EXPECT_EQ(state.title(), "  How warm is it?");
}

TEST_F(SessionState, CutsALongTitleBetweenCharacters) {
  std::string words;
  for (int i = 0; i < 60; ++i)
    words += "ü";
  turn("a", words, "");
  EXPECT_EQ(state.title(), words.substr(0, 80) + "…");
}

TEST_F(SessionState, GivesTheTextThatPeopleRead) {
  apply(
      R"({"kind":"turn","at":1,"messages":[{"role":"user","content":[{"type":"text","text":"look"},)"
      R"({"type":"image","source":{"data":"AAAA"}},{"type":"tool_result","content":[{"type":"text","text":"found"}]}]},)"
      R"({"role":"assistant","content":[{"type":"thinking","thinking":"secret"},{"type":"text","text":"seen"}]}]})");
  EXPECT_EQ(state.text_after(0), "look\nfound\nseen\n");
  EXPECT_EQ(state.text_after(1), "");
}

TEST_F(SessionState, ChangesNothingByWhatIsNoRecord) {
  turn("a", "1", "1");
  EXPECT_FALSE(state.apply(2, "rubbish"));
  EXPECT_EQ(state.turn_count(), 1u);
}

}  // namespace
}  // namespace claif::session

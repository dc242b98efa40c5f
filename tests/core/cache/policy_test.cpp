#include "cache/policy.hpp"

#include <gtest/gtest.h>

namespace claif::cache {
namespace {

TEST(CachePolicy, TheRequestDecidesThenTheRouteThenTheMode) {
  Policy policy;
  EXPECT_FALSE(wants(policy, "messages", {}));
  EXPECT_TRUE(wants(policy, "messages", {Mode::on}));
  policy.on = true;
  policy.routes["messages"] = false;
  EXPECT_TRUE(wants(policy, "chat.completions", {}));
  EXPECT_FALSE(wants(policy, "messages", {}));
  EXPECT_TRUE(wants(policy, "messages", {Mode::on}));
  EXPECT_FALSE(wants(policy, "chat.completions", {Mode::off}));
}

TEST(CachePolicy, ATemperatureAboveZeroIsForChance) {
  Policy policy;
  EXPECT_EQ(obstacle(policy, R"({"temperature":0})"), "");
  EXPECT_EQ(obstacle(policy, R"({"temperature":0.0,"top_p":0.5})"), "");
  EXPECT_EQ(obstacle(policy, R"({"messages":[{"temperature":1}]})"), "");
  EXPECT_NE(obstacle(policy, R"({"temperature":0.1})"), "");
  EXPECT_NE(obstacle(policy, R"({"a":1,"temperature":1})"), "");
  policy.sampled = true;
  EXPECT_EQ(obstacle(policy, R"({"temperature":1})"), "");
}

wire::Message message(const std::string& reason, const std::string& content) {
  return wire::Message::parse(R"({"content":[)" + content + R"(],"stop_reason":")" + reason + "\"}")
      .value();
}

TEST(CachePolicy, KeepsCompleteAnswersOnly) {
  const std::string text = R"({"type":"text","text":"x"})";
  const std::string call = R"({"type":"tool_use","id":"t","name":"n","input":{}})";
  Policy policy;
  for (const char* reason : {"end_turn", "stop_sequence"}) {
    EXPECT_TRUE(keeps(policy, message(reason, text)));
    EXPECT_FALSE(keeps(policy, message(reason, text + "," + call)));
  }
  for (const char* reason : {"max_tokens", "refusal", "pause_turn", "tool_use",
                             "model_context_window_exceeded", "another"})
    EXPECT_FALSE(keeps(policy, message(reason, text))) << reason;
  EXPECT_FALSE(keeps(policy, message("tool_use", call)));
  policy.tool_calls = true;
  EXPECT_TRUE(keeps(policy, message("tool_use", text + "," + call)));
  EXPECT_FALSE(keeps(policy, message("max_tokens", call)));
}

TEST(CachePolicy, SpreadsTheEndByATenth) {
  EXPECT_EQ(spread(Millis(1000), 0.0), Millis(900));
  EXPECT_EQ(spread(Millis(1000), 0.5), Millis(1000));
  EXPECT_EQ(spread(Millis(1000), 0.999), Millis(1099));
}

}  // namespace
}  // namespace claif::cache

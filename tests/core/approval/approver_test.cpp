#include "approval/approver.hpp"

#include "base/sha256.hpp"
#include "pipeline/test_plugins.hpp"
#include "support/linked_plugin.hpp"
#include "support/manual_loop.hpp"

#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

using approval::Approver;
using approval::Call;
using approval::Ruling;
using testing::ElementsAre;
using testing::HasSubstr;

class ApproverTest : public testing::Test {
 protected:
  ApproverTest() {
    services_.loops.push_back({&loop_, {}});
    strategy_ = place<ScriptedApproval>("approval", services_);
  }

  std::vector<Ruling> rule(std::vector<Call> calls,
                           std::vector<wire::OfferedTool> offered = {{"read"}, {"write"}},
                           bool disorder = false) {
    Approver approver({*strategy_.slot, ops_, pool_}, Millis(1000));
    std::optional<std::vector<Ruling>> out;
    spawn(drive(approver, calls, offered, disorder, out));
    loop_.settle();
    EXPECT_TRUE(out);
    return out.value_or(std::vector<Ruling>());
  }

  FakeClock clock_;
  ManualLoop loop_{clock_};
  Log log_{LogLevel::off};
  Metrics metrics_;
  BlockingPool pool_{1};
  plugin::HostServices services_{clock_, log_, metrics_, pool_, {}, {}, {}, {}};
  plugin::OpPool ops_{loop_};
  Placed<ScriptedApproval> strategy_;

 private:
  static Task<void> drive(Approver& approver,
                          const std::vector<Call>& calls,
                          const std::vector<wire::OfferedTool>& offered,
                          bool disorder,
                          std::optional<std::vector<Ruling>>& out) {
    std::string session = "s1";
    auto ruling = approver.rule(std::move(session), calls, offered, disorder);
    auto rulings = co_await std::move(ruling);
    out = std::move(rulings);
  }
};

TEST_F(ApproverTest, AsksTheStrategyAboutEachCall) {
  strategy_->on_decide = [](const sdk::ToolCall& call) {
    EXPECT_EQ(call.session(), "s1");
    const auto digest = sha256(call.args_json());
    EXPECT_TRUE(std::equal(digest.begin(), digest.end(), call.args_sha256().begin()));
    return call.tool() == "read" ? sdk::Verdict::allow() : sdk::Verdict::deny("only reading");
  };
  const auto rulings = rule({{"1", "read", "{}"}, {"2", "write", R"({"a":1})"}});
  ASSERT_EQ(rulings.size(), 2u);
  EXPECT_TRUE(rulings[0].allowed);
  EXPECT_FALSE(rulings[1].allowed);
  EXPECT_EQ(rulings[1].reason, "only reading");
}

TEST_F(ApproverTest, DeniesAToolThatWasNotOffered) {
  const auto rulings = rule({{"1", "format_disk", "{}"}});
  EXPECT_FALSE(rulings.at(0).allowed);
  EXPECT_THAT(rulings[0].reason, HasSubstr("no tool of this name"));
  EXPECT_TRUE(strategy_->asked.empty());
}

TEST_F(ApproverTest, DeniesEveryCallOfAMessageWhenTwoHaveTheSameId) {
  const auto rulings = rule({{"1", "read", "{}"}, {"2", "write", "{}"}, {"1", "write", "{}"}});
  ASSERT_EQ(rulings.size(), 3u);
  for (const Ruling& ruling : rulings) {
    EXPECT_FALSE(ruling.allowed);
    EXPECT_EQ(ruling.reason, "the message has two calls with the id '1'");
  }
  EXPECT_TRUE(strategy_->asked.empty());
}

TEST_F(ApproverTest, DeniesEveryCallOfAMessageThatCameOutOfOrder) {
  const auto rulings =
      rule({{"1", "read", "{}"}, {"2", "write", "{}"}}, {{"read"}, {"write"}}, true);
  ASSERT_EQ(rulings.size(), 2u);
  EXPECT_FALSE(rulings[0].allowed || rulings[1].allowed);
  EXPECT_TRUE(strategy_->asked.empty());
}

TEST_F(ApproverTest, DeniesWhatIsNoNameOfATool) {
  const std::string long_name(129, 'r');
  for (const char* const name : {"", "read\n", "re ad", "re.ad", "r\u0435ad", "read\u200b", "ｒead",
                                 "mcp:read", long_name.c_str()}) {
    const auto rulings = rule({{"1", name, "{}"}}, {{name}});
    EXPECT_FALSE(rulings.at(0).allowed) << name;
    EXPECT_THAT(rulings[0].reason, HasSubstr("no name of a tool")) << name;
  }
  const std::string longest(128, 'r');
  EXPECT_TRUE(rule({{"1", longest, "{}"}}, {{longest}}).at(0).allowed);
}

TEST_F(ApproverTest, DeniesAToolThatChangedSinceItWasPinned) {
  EXPECT_FALSE(rule({{"1", "read", "{}"}}, {{"read", {}, true}}).at(0).allowed);
  EXPECT_TRUE(strategy_->asked.empty());
}

TEST_F(ApproverTest, DeniesArgumentsThatAreNotStrict) {
  const std::string deep(32, '['), closed(32, ']');
  for (const std::string& input :
       {std::string(R"({"a":1,"a":2})"), std::string(R"({"p\u0061th":1,"path":2})"),
        std::string(R"({"x":[{"a":1,"b":2,"a":3}]})"), std::string(R"({"a":"\u0000"})"),
        std::string(R"({"\u0000a":1})"), std::string(R"({"a":"\ud800"})"),
        std::string("\xEF\xBB\xBF{}"), R"({"a":)" + deep + closed + "}",
        R"({"a":")" + std::string(1024 * 1024, 'a') + "\"}"})
    EXPECT_FALSE(rule({{"1", "read", input}}).at(0).allowed) << input.substr(0, 80);
  EXPECT_TRUE(strategy_->asked.empty());
  EXPECT_TRUE(
      rule({{"1", "read", R"({"a":)" + deep.substr(1) + closed.substr(1) + "}"}}).at(0).allowed);
  EXPECT_TRUE(rule({{"1", "read", R"({"a":[{"a":1},{"a":2}],"A":"\ud83d\ude00"})"}}).at(0).allowed);
  EXPECT_TRUE(rule({{"1", "read", R"({"a":")" + std::string(900'000, 'a') + "\"}"}}).at(0).allowed);
}

TEST_F(ApproverTest, DeniesArgumentsThatDoNotFitTheSchema) {
  const std::vector<wire::OfferedTool> tool{
      {"read", R"({"type":"object","required":["path"],"additionalProperties":false,"properties":
        {"path":{"type":"string"},"lines":{"$ref":"#/$defs/range"},"n":{"type":["integer","null"]}},
        "$defs":{"range":{"anyOf":[{"type":"array","items":{"type":"integer"}},{"type":"null"}]}}})"}};
  for (const char* const fits :
       {R"({"path":"a"})", R"({"path":"a","lines":[1,2],"n":3.0})", R"({"n":null,"path":""})"})
    EXPECT_TRUE(rule({{"1", "read", fits}}, tool).at(0).allowed) << fits;
  for (const char* const does_not :
       {"{}", R"({"path":7})", R"({"path":null})", R"({"path":"a","Path":"b"})",
        R"({"path":"a","lines":["1"]})", R"({"path":"a","n":"3"})", R"({"path":"a","n":3.5})"}) {
    const auto rulings = rule({{"1", "read", does_not}}, tool);
    EXPECT_FALSE(rulings.at(0).allowed) << does_not;
    EXPECT_THAT(rulings[0].reason, HasSubstr("schema")) << does_not;
  }
}

TEST_F(ApproverTest, ASchemaThatCannotBeFollowedFitsNothing) {
  for (const char* const schema :
       {R"({"$ref":"#/nowhere"})", R"({"$ref":"http://x/"})", R"({"$ref":"#"})", "7",
        R"({"properties":{"a":{"$ref":"#/properties/a"}}})",
        R"({"properties":{"a":{"anyOf":[{"$ref":"#/$defs/x"},{"$ref":"#/$defs/x"}]}},
            "$defs":{"x":{"allOf":[{"anyOf":[{"$ref":"#/$defs/x"},{"$ref":"#/$defs/x"}]}]}}})"})
    EXPECT_FALSE(rule({{"1", "read", R"({"a":1})"}}, {{"read", schema}}).at(0).allowed) << schema;
}

TEST_F(ApproverTest, APermitEndsWithItsPolicyAndWithAnyChangeOfTheCall) {
  const Call call{"1", "read", R"({"path":"a"})"};
  const auto given = approval::permit(*strategy_.slot, "s1", call);
  EXPECT_TRUE(approval::still_holds(given, *strategy_.slot, "s1", call));
  EXPECT_FALSE(approval::still_holds(given, *strategy_.slot, "s2", call));
  for (const Call& other : {Call{"2", "read", call.input}, Call{"1", "bash", call.input},
                            Call{"1", "read", R"({"path":"b"})"}})
    EXPECT_FALSE(approval::still_holds(given, *strategy_.slot, "s1", other));
  auto reloaded = place<ScriptedApproval>("approval", services_);
  EXPECT_FALSE(approval::still_holds(given, *reloaded.slot, "s1", call));
  const plugin::Slot empty("approval");
  EXPECT_FALSE(approval::still_holds(given, empty, "s1", call));
}

TEST_F(ApproverTest, DeniesArgumentsThatAreNoObject) {
  for (const std::string input : {"", "null", "[]", "7", "{\"a\":", "{}{}", "{\"INVALID\":\xff}"}) {
    const auto rulings = rule({{"1", "read", input}});
    EXPECT_FALSE(rulings.at(0).allowed) << input;
    EXPECT_THAT(rulings[0].reason, HasSubstr("no JSON object")) << input;
  }
  EXPECT_TRUE(strategy_->asked.empty());
}

TEST_F(ApproverTest, AlwaysGivesAReasonForADenial) {
  for (const auto& verdict :
       {sdk::Verdict::deny(""), sdk::Verdict::ask(""), sdk::Verdict::abstain()}) {
    strategy_->on_decide = [&](const sdk::ToolCall&) { return verdict; };
    const auto rulings = rule({{"1", "read", "{}"}});
    EXPECT_FALSE(rulings.at(0).allowed);
    EXPECT_FALSE(rulings[0].reason.empty());
  }
}

TEST_F(ApproverTest, HandsTheRiskOn) {
  strategy_->on_decide = [](const sdk::ToolCall&) { return sdk::Verdict::allow().with_risk(7); };
  EXPECT_EQ(rule({{"1", "read", "{}"}}).at(0).risk, 7);
  strategy_->on_decide = [](const sdk::ToolCall&) { return sdk::Verdict::allow().with_risk(99); };
  EXPECT_EQ(rule({{"1", "read", "{}"}}).at(0).risk, -1);
}

TEST(RefusalText, NamesToolAndReason) {
  EXPECT_EQ(approval::refusal_text("rm", "too risky"),
            "The call of the tool 'rm' was not approved: too risky");
}

}  // namespace
}  // namespace claif::test

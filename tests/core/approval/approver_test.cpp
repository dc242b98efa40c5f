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
                           std::vector<std::string> declared = {"read", "write"}) {
    Approver approver({*strategy_.slot, ops_, pool_}, Millis(1000));
    std::optional<std::vector<Ruling>> out;
    spawn(drive(approver, calls, declared, out));
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
                          const std::vector<std::string>& declared,
                          std::optional<std::vector<Ruling>>& out) {
    std::string session = "s1";
    auto ruling = approver.rule(std::move(session), calls, declared);
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

TEST_F(ApproverTest, DeniesTheSecondCallWithAnId) {
  const auto rulings = rule({{"1", "read", "{}"}, {"1", "write", "{}"}, {"2", "write", "{}"}});
  ASSERT_EQ(rulings.size(), 3u);
  EXPECT_TRUE(rulings[0].allowed);
  EXPECT_FALSE(rulings[1].allowed);
  EXPECT_TRUE(rulings[2].allowed);
  EXPECT_THAT(strategy_->asked, ElementsAre("read", "write"));
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

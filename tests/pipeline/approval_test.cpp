// Tool calls in whole answers and in streams, allowed, denied, and by strategies that misbehave.
#include "pipeline/pipeline_rig.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

const std::string kCall =
    R"({"id":"m","model":"c","content":[{"type":"text","text":"Let me see."},)"
    R"({"type":"tool_use","id":"t1","name":"get_time","input":{"tz":"UTC"}}],"stop_reason":"tool_use"})";

// The answer with one call, streamed or not; returns what the client sees.
std::string ask(PipelineRig& rig, bool stream) {
  rig.transport->scripts.push_back(stream ? streams(tool_events("get_time", R"({"tz":"UTC"})"))
                                          : answers(kCall));
  const auto run = rig.ask(stream, PipelineRig::kTool);
  rig.loop.advance(rig.settings.approval_timeout);
  EXPECT_TRUE(run->ok()) << run->error().message;
  return stream ? run->sink.all() : run->sink.whole.value_or("");
}

void expect_denied(const std::string& seen) {
  EXPECT_THAT(seen, HasSubstr("Let me see."));
  EXPECT_THAT(seen, HasSubstr("was not approved"));
  EXPECT_THAT(seen, Not(HasSubstr("tool_use")));
  EXPECT_THAT(seen, Not(HasSubstr("UTC")));
  EXPECT_THAT(seen, HasSubstr("end_turn"));
}

class Approval : public testing::TestWithParam<bool> {};

TEST_P(Approval, LetsAnAllowedCallThroughUnchanged) {
  PipelineRig rig;
  const std::string seen = ask(rig, GetParam());
  EXPECT_THAT(seen, HasSubstr("tool_use"));
  EXPECT_THAT(seen, HasSubstr("tz"));
  EXPECT_THAT(rig.approval->asked, testing::ElementsAre("get_time"));
}

TEST_P(Approval, ReplacesADeniedCallByTheReason) {
  PipelineRig rig;
  rig.approval->on_decide = [](const sdk::ToolCall& call) {
    EXPECT_EQ(call.args_json(), R"({"tz":"UTC"})");
    return sdk::Verdict::deny("clocks are off limits");
  };
  const std::string seen = ask(rig, GetParam());
  expect_denied(seen);
  EXPECT_THAT(seen, HasSubstr("clocks are off limits"));
}

TEST_P(Approval, DeniesWhenNobodyCanBeAskedAndWhenAllAbstain) {
  for (const auto& verdict : {sdk::Verdict::ask("sure?"), sdk::Verdict::abstain()}) {
    PipelineRig rig;
    rig.approval->on_decide = [&](const sdk::ToolCall&) { return verdict; };
    expect_denied(ask(rig, GetParam()));
  }
}

TEST_P(Approval, DeniesWhenTheStrategyThrows) {
  PipelineRig rig;
  rig.approval->on_decide = [](const sdk::ToolCall&) -> sdk::Verdict {
    throw std::runtime_error("confused");
  };
  expect_denied(ask(rig, GetParam()));
  EXPECT_EQ(rig.approval.instance->faults().total(), 1u);
}

TEST_P(Approval, DeniesWhenTheStrategyNeverAnswers) {
  PipelineRig rig;
  auto silent = place<SilentApproval>("approval", rig.services);
  rig.other_approval = silent.slot.get();
  expect_denied(ask(rig, GetParam()));
  EXPECT_EQ(silent.instance->faults().total(), 1u);
  silent->held.clear();
  rig.loop.settle();
}

TEST_P(Approval, DeniesNonsense) {
  for (const int32_t decision : {int32_t{CLAIF_ALLOW}, int32_t{7}, int32_t{-1}}) {
    PipelineRig rig;
    auto nonsense = place<NonsenseApproval>("approval", rig.services);
    nonsense->decision = decision;
    rig.other_approval = nonsense.slot.get();
    expect_denied(ask(rig, GetParam()));
    EXPECT_EQ(nonsense.instance->faults().total(), 1u);
  }
}

TEST_P(Approval, AsksNobodyAboutAToolThatWasNotOffered) {
  PipelineRig rig;
  rig.transport->scripts.push_back(GetParam() ? streams(tool_events("get_time", R"({"tz":"UTC"})"))
                                              : answers(kCall));
  const auto run = rig.ask(GetParam());
  expect_denied(GetParam() ? run->sink.all() : run->sink.whole.value_or(""));
  EXPECT_TRUE(rig.approval->asked.empty());
}

TEST_P(Approval, AsksNobodyAboutArgumentsThatDoNotFitTheToolsSchema) {
  for (const char* const type : {"string", "integer"}) {
    PipelineRig rig;
    rig.transport->scripts.push_back(
        GetParam() ? streams(tool_events("get_time", R"({"tz":"UTC"})")) : answers(kCall));
    const auto run = rig.ask(
        GetParam(), std::string(R"(,"tools":[{"type":"function","function":{"name":"get_time",)"
                                R"("parameters":{"type":"object","properties":{"tz":{"type":")") +
                        type + R"("}}}}}])");
    const std::string seen = GetParam() ? run->sink.all() : run->sink.whole.value_or("");
    if (std::string(type) == "integer") {
      EXPECT_THAT(seen, HasSubstr("'tz' must be of type"));
      EXPECT_THAT(seen, Not(HasSubstr("UTC")));
    }
    EXPECT_EQ(rig.approval->asked.empty(), std::string(type) == "integer");
  }
}

INSTANTIATE_TEST_SUITE_P(WholeAndStreamed, Approval, testing::Bool(), [](const auto& one) {
  return std::string(one.param ? "Streamed" : "Whole");
});

TEST(HeldCalls, WaitWhileTextPasses) {
  PipelineRig rig;
  const auto run = rig.ask(true, PipelineRig::kTool);
  sdk::Op& op = rig.transport->open.front();
  op.emit(CLAIF_EMIT_HEAD, "200\n");
  const auto events = tool_events("get_time", "{}");
  for (size_t i = 0; i + 1 < events.size(); ++i)
    op.emit(CLAIF_EMIT_EVENT, events[i]);
  rig.loop.settle();
  EXPECT_THAT(run->sink.all(), HasSubstr("Let me see."));
  EXPECT_THAT(run->sink.all(), Not(HasSubstr("get_time")));
  EXPECT_TRUE(rig.approval->asked.empty());
  op.emit(CLAIF_EMIT_EVENT, kMessageStop);
  op.finish();
  rig.loop.settle();
  EXPECT_EQ(run->sink.events, events);
}

TEST(HeldCalls, NeverLeaveAStreamThatFails) {
  PipelineRig rig;
  auto events = tool_events("get_time", "{}");
  events.resize(7);
  events.push_back(kOverloaded);
  rig.transport->scripts.push_back(streams(events));
  const auto run = rig.ask(true, PipelineRig::kTool);
  EXPECT_TRUE(run->sink.error);
  EXPECT_THAT(run->sink.all(), Not(HasSubstr("get_time")));
  EXPECT_TRUE(rig.approval->asked.empty());
}

// S10 passes such events over; but then a call may not be what it seems (G13).
TEST(HeldCalls, AreDeniedWhenTheirMessageCameOutOfOrder) {
  const auto events = tool_events("get_time", "{}");
  const auto with = [&](size_t at, const std::string& event) {
    auto out = events;
    out.insert(out.begin() + static_cast<ptrdiff_t>(at), event);
    return out;
  };
  auto without_stop = events, without_reason = events;
  without_stop.erase(without_stop.begin() + 6);
  without_reason.erase(without_reason.begin() + 7);
  for (const auto& stream :
       {with(6, tool_delta(9, R"({"tz":"x"})")), with(5, tool_start(1, "t1", "rm")),
        with(7, block_stop(1)), without_stop, without_reason}) {
    PipelineRig rig;
    rig.transport->scripts.push_back(streams(stream));
    const auto run = rig.ask(true, PipelineRig::kTool);
    EXPECT_THAT(run->sink.all(), HasSubstr("out of order"));
    EXPECT_THAT(run->sink.all(), Not(HasSubstr("tool_use\",\"id")));
    EXPECT_TRUE(rig.approval->asked.empty());
  }
}

TEST(Hook, ThatNeverAnswersRefusesTheRequest) {
  PipelineRig rig;
  auto silent = place<SilentHook>("hooks[0]", rig.services);
  rig.other_hooks.push_back(silent.slot.get());
  const auto run = rig.ask(true);
  rig.loop.advance(rig.settings.hook_timeout);
  EXPECT_EQ(run->error().code, Errc::overloaded);
  EXPECT_EQ(run->error().reason, "hook_failed");
  EXPECT_TRUE(rig.transport->requests.empty());
  silent->held.clear();
  rig.loop.settle();
}

TEST(Hook, ThatThrowsRefusesTheRequest) {
  PipelineRig rig;
  rig.add_hook("a").request = [](const sdk::HookInput&) -> sdk::HookResult {
    throw std::runtime_error("out of order");
  };
  const auto run = rig.ask(true);
  EXPECT_EQ(run->error().reason, "hook_failed");
  EXPECT_TRUE(rig.transport->requests.empty());
}

TEST(Observer, ThatThrowsCostsNothing) {
  PipelineRig rig;
  rig.use_observer();
  rig.observer->throws = true;
  rig.transport->scripts.push_back(streams(text_events("Hello")));
  const auto run = rig.ask(true);
  rig.observers->flush();
  EXPECT_TRUE(run->ok());
}

}  // namespace
}  // namespace claif::test

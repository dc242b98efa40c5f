// Answers from the cache, and conversations from the session store.
#include "pipeline/pipeline_rig.hpp"
#include "support/json_difference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

using pipeline::CacheState;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

Script answer_for(bool stream, std::string_view text, std::string_view reason = "end_turn") {
  return stream ? streams(text_events(text, reason)) : answers(whole_message(text, reason));
}

// First and second request stream or not, in all four ways.
class CacheHit : public testing::TestWithParam<std::pair<bool, bool>> {};

TEST_P(CacheHit, ServesTheSameAnswer) {
  const auto [first_streams, second_streams] = GetParam();
  PipelineRig rig;
  rig.use_cache();
  rig.transport->scripts.push_back(answer_for(first_streams, "Kept"));
  const auto first = rig.ask(first_streams);
  ASSERT_TRUE(first->ok());
  EXPECT_EQ(first->context.cache, CacheState::miss);

  const auto second = rig.ask(second_streams);
  ASSERT_TRUE(second->ok());
  EXPECT_EQ(second->context.cache, CacheState::hit);
  EXPECT_EQ(rig.transport->requests.size(), 1u);
  EXPECT_THAT(second_streams ? second->sink.all() : second->sink.whole.value_or(""),
              HasSubstr("Kept"));
  EXPECT_EQ(second->sink.has("message_stop"), second_streams);
  EXPECT_EQ(second->context.usage.output, 7);
}

INSTANTIATE_TEST_SUITE_P(BothWays,
                         CacheHit,
                         testing::Values(std::pair(false, false),
                                         std::pair(false, true),
                                         std::pair(true, false),
                                         std::pair(true, true)));

TEST(Cache, KeepsOnlyCompleteAnswers) {
  for (const bool stream : {false, true})
    for (const std::string reason : {"max_tokens", "refusal", "pause_turn", "tool_use"}) {
      PipelineRig rig;
      rig.use_cache();
      rig.transport->scripts.push_back(answer_for(stream, "Half", reason));
      ASSERT_TRUE(rig.ask(stream)->ok());
      EXPECT_TRUE(rig.cache->values.empty()) << reason;
    }
}

TEST(Cache, KeepsNoAnswerWithToolCallsWhateverWasDecided) {
  for (const bool allow : {true, false}) {
    PipelineRig rig;
    rig.use_cache();
    rig.approval->on_decide = [allow](const sdk::ToolCall&) {
      return allow ? sdk::Verdict::allow() : sdk::Verdict::deny("not today");
    };
    rig.transport->scripts.push_back(streams(tool_events("get_time", "{}")));
    ASSERT_TRUE(rig.ask(true, PipelineRig::kTool)->ok());
    rig.transport->scripts.push_back(answers(
        R"({"content":[{"type":"tool_use","id":"t","name":"get_time","input":{}}],"stop_reason":"tool_use"})"));
    ASSERT_TRUE(rig.ask(false, PipelineRig::kTool)->ok());
    EXPECT_TRUE(rig.cache->values.empty()) << "allowed: " << allow;
  }
}

TEST(Cache, ForgetsAfterItsTime) {
  PipelineRig rig;
  rig.use_cache();
  rig.settings.cache.ttl = milliseconds(1000);
  rig.transport->scripts = {answers(whole_message("old")), answers(whole_message("new"))};
  rig.ask(false);
  rig.clock.advance(milliseconds(1000));
  EXPECT_THAT(rig.ask(false)->sink.whole.value_or(""), HasSubstr("new"));
}

TEST(Cache, TellsTenantsApart) {
  PipelineRig rig;
  rig.use_cache();
  rig.transport->scripts = {answers(whole_message("a's")), answers(whole_message("b's"))};
  for (const std::string tenant : {"a", "b"}) {
    auto run = rig.request(false);
    run->context.tenant = tenant;
    rig.start(*run);
    EXPECT_THAT(run->sink.whole.value_or(""), HasSubstr(tenant + "'s"));
  }
}

TEST(Cache, IsPassedByWhenTheRequestWishesSo) {
  PipelineRig rig;
  rig.use_cache();
  auto run = rig.request(false);
  run->context.cache_wish.mode = cache::Mode::off;
  rig.transport->scripts.push_back(answers(whole_message("x")));
  rig.start(*run);
  EXPECT_TRUE(run->ok());
  EXPECT_EQ(run->context.cache, CacheState::bypass);
  EXPECT_TRUE(rig.cache->values.empty());
}

TEST(Cache, ThatMisbehavesCostsHitsAndNothingElse) {
  for (const Mood mood : {Mood::throws, Mood::hangs, Mood::babbles}) {
    PipelineRig rig;
    rig.use_cache();
    rig.cache->mood = mood;
    rig.transport->scripts.push_back(answers(whole_message("from upstream")));
    const auto run = rig.ask(false);
    rig.loop.advance(milliseconds(200));
    EXPECT_TRUE(run->ok()) << static_cast<int>(mood);
    EXPECT_EQ(run->context.cache, CacheState::miss);
    EXPECT_THAT(run->sink.whole.value_or(""), HasSubstr("from upstream"));
  }
}

TEST(Cache, AsksTheApprovalAgainForWhatItServes) {
  PipelineRig rig;
  rig.use_cache();
  rig.transport->scripts.push_back(answers(whole_message("x")));
  rig.ask(false, PipelineRig::kTool);
  ASSERT_EQ(rig.cache->values.size(), 1u);
  EXPECT_TRUE(rig.approval->asked.empty());
}

TEST(Cache, OfAnswersWithToolCallsAsksApprovalEachTimeAndRenamesTheCalls) {
  PipelineRig rig;
  rig.use_cache();
  rig.settings.cache.tool_calls = true;
  rig.transport->scripts.push_back(streams(tool_events("get_time", "{}")));
  const auto first = rig.ask(true, PipelineRig::kTool);
  ASSERT_EQ(rig.cache->values.size(), 1u);
  const auto second = rig.ask(true, PipelineRig::kTool);
  EXPECT_EQ(second->context.cache, CacheState::hit);
  EXPECT_THAT(second->sink.all(), HasSubstr("get_time"));
  EXPECT_THAT(second->sink.all(), Not(HasSubstr("\"t1\"")));
  EXPECT_EQ(rig.approval->asked.size(), 2u);
  rig.approval->on_decide = [](const sdk::ToolCall&) { return sdk::Verdict::deny("not now"); };
  const auto third = rig.ask(false, PipelineRig::kTool);
  EXPECT_EQ(third->context.cache, CacheState::hit);
  EXPECT_EQ(third->context.denied.size(), 1u);
  EXPECT_THAT(third->sink.whole.value_or(""), Not(HasSubstr("tool_use")));
}

TEST(Cache, KeepsNoAnswerThatApprovalChanged) {
  for (const bool stream : {false, true}) {
    PipelineRig rig;
    rig.use_cache();
    rig.settings.cache.tool_calls = true;
    rig.approval->on_decide = [](const sdk::ToolCall&) { return sdk::Verdict::deny("no"); };
    rig.transport->scripts.push_back(streams(tool_events("get_time", "{}")));
    ASSERT_TRUE(rig.ask(stream, PipelineRig::kTool)->ok());
    EXPECT_TRUE(rig.cache->values.empty());
  }
}

class StaleAnswer : public testing::Test {
 protected:
  StaleAnswer() {
    rig.use_cache();
    rig.settings.retries = 0;
    rig.settings.cache.ttl = milliseconds(1000);
    rig.settings.cache.stale_if_error = milliseconds(5000);
    rig.transport->scripts.push_back(answers(whole_message("old")));
    rig.ask(false);
  }
  std::unique_ptr<test::Run> ask_after(milliseconds age, Script script) {
    rig.clock.advance(age);
    rig.transport->scripts.push_back(std::move(script));
    return rig.ask(false);
  }
  static Script fails(claif_status status) {
    return [status](sdk::Op& op) { op.fail(status, "no"); };
  }
  PipelineRig rig;
};

TEST_F(StaleAnswer, StandsInWhenClaudeCannotBeReached) {
  const auto run = ask_after(milliseconds(3000), fails(CLAIF_E_UNAVAILABLE));
  ASSERT_TRUE(run->ok());
  EXPECT_EQ(run->context.cache, CacheState::stale);
  EXPECT_EQ(run->context.age_ms, 3000);
  EXPECT_THAT(run->sink.whole.value_or(""), HasSubstr("old"));
}

TEST_F(StaleAnswer, IsNoAnswerToARequestThatIsWrong) {
  const Script refuses = [](sdk::Op& op) {
    op.emit(CLAIF_EMIT_HEAD, "400\n");
    op.emit(CLAIF_EMIT_ERROR_BODY,
            R"({"type":"error","error":{"type":"invalid_request_error","message":"no"}})");
    op.finish();
  };
  EXPECT_FALSE(ask_after(milliseconds(3000), refuses)->ok());
}

TEST_F(StaleAnswer, IsReplacedByANewOne) {
  const auto run = ask_after(milliseconds(3000), answers(whole_message("new")));
  EXPECT_EQ(run->context.cache, CacheState::miss);
  EXPECT_THAT(run->sink.whole.value_or(""), HasSubstr("new"));
}

TEST_F(StaleAnswer, IsForgottenAfterItsGrace) {
  EXPECT_FALSE(ask_after(milliseconds(7000), fails(CLAIF_E_UNAVAILABLE))->ok());
}

std::unique_ptr<Run> ask_in_session(PipelineRig& rig, bool stream, const std::string& session) {
  auto run = rig.request(stream);
  run->context.session = session;
  rig.start(*run);
  return run;
}

TEST(Session, CarriesTheHistoryIntoTheNextTurn) {
  for (const bool stream : {false, true}) {
    PipelineRig rig;
    rig.use_store();
    rig.transport->scripts = {answer_for(stream, "First answer"), answer_for(stream, "Second")};
    ASSERT_TRUE(ask_in_session(rig, stream, "s1")->ok());
    ASSERT_TRUE(ask_in_session(rig, stream, "s1")->ok());
    const auto body = parsed(rig.transport->requests.at(1).body);
    const auto& messages = body["messages"];
    ASSERT_EQ(messages.Size(), 3u);
    EXPECT_EQ(json::string_or(messages[1], "role"), "assistant");
    EXPECT_THAT(json::dump(messages[1]), HasSubstr("First answer"));
    EXPECT_EQ(rig.store->sessions["s1"].size(), 2u);
    // A record holds what its own turn added, not the history again.
    EXPECT_EQ(parsed(rig.store->sessions["s1"][1])["messages"].Size(), 2u);
  }
}

TEST(Session, StaysApartFromOthers) {
  PipelineRig rig;
  rig.use_store();
  rig.transport->scripts = {answers(whole_message("one")), answers(whole_message("two"))};
  ask_in_session(rig, false, "s1");
  ask_in_session(rig, false, "s2");
  EXPECT_EQ(parsed(rig.transport->requests.at(1).body)["messages"].Size(), 1u);
}

TEST(Session, IsDurableBeforeTheClientHearsTheEnd) {
  PipelineRig rig;
  rig.use_store();
  rig.store->append_mood = Mood::hangs;
  rig.transport->scripts.push_back(streams(text_events("Hello")));
  const auto run = ask_in_session(rig, true, "s1");
  EXPECT_TRUE(run->sink.has("message_delta"));
  EXPECT_FALSE(run->sink.has("message_stop"));
  ASSERT_EQ(rig.store->held.size(), 1u);
  rig.store->held.front().finish(std::string("1"));
  rig.loop.settle();
  EXPECT_TRUE(run->sink.has("message_stop"));
  EXPECT_TRUE(run->context.persisted);
}

TEST(Session, ThatCannotBeStoredStillAnswers) {
  for (const Mood mood : {Mood::throws, Mood::hangs}) {
    PipelineRig rig;
    rig.use_store();
    rig.use_observer();
    rig.store->append_mood = mood;
    rig.transport->scripts.push_back(streams(text_events("Hello")));
    const auto run = ask_in_session(rig, true, "s1");
    rig.loop.advance(rig.settings.store_timeout);
    EXPECT_TRUE(run->ok());
    EXPECT_FALSE(run->context.persisted);
    EXPECT_TRUE(run->sink.has("message_stop"));
    rig.observers->flush();
    EXPECT_TRUE(rig.observer->saw(CLAIF_EV_SESSION, "failed"));
  }
}

TEST(Session, ThatCannotBeReadAsksNothing) {
  for (const Mood mood : {Mood::throws, Mood::hangs, Mood::babbles}) {
    PipelineRig rig;
    rig.use_store();
    rig.store->load_mood = mood;
    const auto run = ask_in_session(rig, true, "s1");
    rig.loop.advance(rig.settings.store_timeout);
    ASSERT_TRUE(run->done());
    EXPECT_FALSE(run->ok());
    EXPECT_TRUE(rig.transport->requests.empty());
  }
}

TEST(Session, WithoutAStoreIsRefused) {
  PipelineRig rig;
  const auto run = ask_in_session(rig, true, "s1");
  EXPECT_EQ(run->error().code, Errc::configuration);
  EXPECT_THAT(run->error().message, HasSubstr("sessions.use"));
}

TEST(Session, StoresNothingOfAnAnswerThatWasCut) {
  PipelineRig rig;
  rig.use_store();
  rig.settings.retries = 0;
  rig.transport->scripts.push_back(streams({message_start(), text_start(0), text_delta(0, "Hal")}));
  EXPECT_FALSE(ask_in_session(rig, true, "s1")->ok());
  EXPECT_TRUE(rig.store->sessions.empty());
}

TEST(Session, KeepsTheRefusalOfADeniedCallNotTheCall) {
  PipelineRig rig;
  rig.use_store();
  rig.approval->on_decide = [](const sdk::ToolCall&) { return sdk::Verdict::deny("no"); };
  rig.transport->scripts.push_back(streams(tool_events("get_time", "{}")));
  auto run = rig.request(true, PipelineRig::kTool);
  run->context.session = "s1";
  rig.start(*run);
  ASSERT_TRUE(run->ok());
  EXPECT_THAT(rig.store->sessions["s1"].at(0), HasSubstr("was not approved"));
  EXPECT_THAT(rig.store->sessions["s1"].at(0), Not(HasSubstr("tool_use")));
}

}  // namespace
}  // namespace claif::test

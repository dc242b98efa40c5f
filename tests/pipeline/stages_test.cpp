// The order of the stages, and what hooks may do in it.
#include "pipeline/pipeline_rig.hpp"
#include "support/json_difference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Stages, RunInTheirOrder) {
  PipelineRig rig;
  rig.use_cache();
  rig.use_store();
  rig.add_hook("a");
  rig.add_hook("b");
  rig.transport->scripts.push_back(streams(tool_events("get_time", "{}")));
  auto run = rig.request(true, PipelineRig::kTool);
  run->context.session = "s1";
  rig.start(*run);
  ASSERT_TRUE(run->ok()) << run->error().message;
  EXPECT_THAT(rig.trace,
              ElementsAre("request a", "request b", "store load", "cache get", "transport",
                          "approval", "store append", "response b", "response a"));
}

TEST(Stages, AnswersAStreamEventByEvent) {
  PipelineRig rig;
  rig.transport->scripts.push_back(streams(text_events("Hello")));
  const auto run = rig.ask(true);
  ASSERT_TRUE(run->ok());
  EXPECT_EQ(run->sink.starts, 1);
  EXPECT_EQ(run->sink.events, text_events("Hello"));
  EXPECT_FALSE(run->sink.whole);
  EXPECT_EQ(run->context.usage.output, 7);
  EXPECT_EQ(run->context.head.header("request-id"), "req_1");
}

TEST(Stages, AnswersAPlainRequestWithOneMessage) {
  PipelineRig rig;
  rig.transport->scripts.push_back(answers(whole_message("Hello")));
  const auto run = rig.ask(false);
  ASSERT_TRUE(run->ok());
  EXPECT_EQ(run->sink.starts, 1);
  EXPECT_TRUE(run->sink.events.empty());
  EXPECT_THAT(run->sink.whole.value_or(""), HasSubstr("Hello"));
  EXPECT_FALSE(rig.transport->requests[0].streams);
}

// Anthropic refuses plain calls that could take over ten minutes (U3).
TEST(Stages, StreamsALongPlainRequestUpstream) {
  PipelineRig rig;
  rig.transport->scripts.push_back(streams(text_events("Long")));
  auto run = rig.request(false);
  auto decoded = wire::decode_chat(
      R"({"model":"claude-opus-5-5","max_tokens":21334,"messages":[{"role":"user","content":"Hi"}]})",
      {});
  run->context.request = std::move(decoded->messages);
  rig.start(*run);
  ASSERT_TRUE(run->ok()) << run->error().message;
  ASSERT_EQ(rig.transport->requests.size(), 1u);
  EXPECT_TRUE(rig.transport->requests[0].streams);
  EXPECT_TRUE(parsed(rig.transport->requests[0].body)["stream"].IsTrue());
  EXPECT_TRUE(run->sink.events.empty());
  EXPECT_THAT(run->sink.whole.value_or(""), HasSubstr("Long"));
}

TEST(Stages, KeepsAPlainRequestOfOrdinaryLengthPlain) {
  PipelineRig rig;
  rig.transport->scripts.push_back(answers(whole_message("x")));
  auto run = rig.request(false);
  auto decoded = wire::decode_chat(
      R"({"model":"claude-opus-5-5","max_tokens":21333,"messages":[{"role":"user","content":"Hi"}]})",
      {});
  run->context.request = std::move(decoded->messages);
  rig.start(*run);
  EXPECT_FALSE(rig.transport->requests.at(0).streams);
}

TEST(RequestHook, EditsWhatIsSent) {
  PipelineRig rig;
  rig.add_hook("a").request = [](const sdk::HookInput& in) {
    std::string body(in.body());
    body.replace(body.find("Hi"), 2, "Edited");
    return sdk::HookResult::replace(body);
  };
  std::string seen_by_second;
  rig.add_hook("b").request = [&](const sdk::HookInput& in) {
    seen_by_second = in.body();
    return sdk::HookResult::unchanged();
  };
  rig.transport->scripts.push_back(answers(whole_message("x")));
  const auto run = rig.ask(false);
  ASSERT_TRUE(run->ok()) << run->error().message;
  EXPECT_THAT(rig.transport->requests.at(0).body, HasSubstr("Edited"));
  EXPECT_THAT(seen_by_second, HasSubstr("Edited"));
}

TEST(RequestHook, AnswersInClaudesStead) {
  PipelineRig rig;
  rig.add_hook("a").request = [](const sdk::HookInput&) {
    return sdk::HookResult::answer(whole_message("from the hook"));
  };
  rig.add_hook("b");
  for (const bool stream : {false, true}) {
    rig.trace.clear();
    const auto run = rig.ask(stream);
    ASSERT_TRUE(run->ok());
    EXPECT_THAT(stream ? run->sink.all() : run->sink.whole.value_or(""),
                HasSubstr("from the hook"));
    EXPECT_EQ(run->sink.has("message_stop"), stream);
    // b's request phase did not run, so neither does its response phase.
    EXPECT_THAT(rig.trace, ElementsAre("request a", "response a"));
  }
}

TEST(RequestHook, RefusesWithItsOwnError) {
  PipelineRig rig;
  rig.add_hook("a");
  rig.add_hook("b").request = [](const sdk::HookInput&) -> sdk::HookResult {
    throw sdk::Error("too many today", CLAIF_E_RATE, 5000);
  };
  rig.add_hook("c");
  const auto run = rig.ask(true);
  EXPECT_EQ(run->error().code, Errc::rate_limited);
  EXPECT_EQ(run->error().message, "too many today");
  EXPECT_EQ(run->error().retry_after_ms, 5000u);
  EXPECT_EQ(run->sink.starts, 0);
  EXPECT_THAT(rig.trace, ElementsAre("request a", "request b", "response b", "response a"));
}

TEST(RequestHook, MayNotTurnAStreamIntoAPlainRequest) {
  PipelineRig rig;
  rig.add_hook("a").request = [](const sdk::HookInput&) {
    return sdk::HookResult::replace(
        R"({"model":"claude-opus-5-5","max_tokens":1,"messages":[{"role":"user","content":"x"}]})");
  };
  const auto run = rig.ask(true);
  EXPECT_EQ(run->error().code, Errc::internal);
  EXPECT_TRUE(rig.transport->requests.empty());
}

TEST(RequestHook, ThatWritesNonsenseStopsTheRequest) {
  for (const std::string nonsense : {"", "[]", "{\"messages\":1}", "{\"messages\":[]}", "\xff"}) {
    PipelineRig rig;
    rig.add_hook("a").request = [&](const sdk::HookInput&) {
      return sdk::HookResult::replace(nonsense);
    };
    const auto run = rig.ask(false);
    EXPECT_EQ(run->error().code, Errc::internal) << nonsense;
    EXPECT_TRUE(rig.transport->requests.empty());
  }
}

TEST(EventHook, EditsAndDropsEvents) {
  PipelineRig rig;
  rig.add_hook("a").event = [](const sdk::HookInput& in) {
    if (in.body().find("secret") != std::string_view::npos)
      return sdk::HookResult::replace(text_delta(0, "[removed]"));
    if (in.body().find("drop me") != std::string_view::npos) return sdk::HookResult::drop();
    return sdk::HookResult::unchanged();
  };
  rig.transport->scripts.push_back(
      streams({message_start(), text_start(0), text_delta(0, "a secret"), text_delta(0, "drop me"),
               text_delta(0, "kept"), block_stop(0), message_delta("end_turn"), kMessageStop}));
  const auto run = rig.ask(true);
  ASSERT_TRUE(run->ok());
  EXPECT_THAT(run->sink.all(), HasSubstr("[removed]"));
  EXPECT_THAT(run->sink.all(), HasSubstr("kept"));
  EXPECT_THAT(run->sink.all(), testing::Not(HasSubstr("secret")));
  EXPECT_THAT(run->sink.all(), testing::Not(HasSubstr("drop me")));
}

TEST(EventHook, ThatFailsEndsTheStreamWithAnError) {
  PipelineRig rig;
  rig.add_hook("a").event = [](const sdk::HookInput& in) -> sdk::HookResult {
    if (in.body().find("text_delta") != std::string_view::npos) throw std::runtime_error("broken");
    return sdk::HookResult::unchanged();
  };
  rig.transport->scripts.push_back(streams(text_events("Hello")));
  const auto run = rig.ask(true);
  ASSERT_TRUE(run->sink.error);
  EXPECT_THAT(run->sink.all(), testing::Not(HasSubstr("Hello")));
  EXPECT_FALSE(run->sink.has("message_stop"));
}

TEST(ResponseHook, LearnsStatusAndUsage) {
  PipelineRig rig;
  auto& hook = rig.add_hook("a");
  rig.transport->scripts.push_back(answers(whole_message("x")));
  rig.ask(false);
  rig.transport->scripts.push_back(refuses("404\n", "{}"));
  rig.ask(false);
  ASSERT_EQ(hook.summaries.size(), 2u);
  const auto first = parsed(hook.summaries[0]);
  EXPECT_EQ(json::string_or(first, "status"), "200");
  EXPECT_EQ(json::integer_or(first["usage"], "output_tokens"), 7);
  EXPECT_EQ(json::string_or(parsed(hook.summaries[1]), "status"), "404");
}

TEST(ResponseHook, RunsAlsoWhenTheClientCancelled) {
  PipelineRig rig;
  auto& hook = rig.add_hook("a");
  auto run = rig.request(true);
  rig.start(*run);
  run->context.cancellation.request();
  rig.loop.settle();
  ASSERT_TRUE(run->done());
  ASSERT_EQ(hook.summaries.size(), 1u);
  EXPECT_EQ(json::string_or(parsed(hook.summaries[0]), "status"), "cancelled");
}

TEST(Observers, SeeARequestFromBeginToEnd) {
  PipelineRig rig;
  rig.use_observer();
  rig.transport->scripts.push_back(streams(tool_events("get_time", "{}")));
  const auto run = rig.ask(true, PipelineRig::kTool);
  ASSERT_TRUE(run->ok());
  rig.observers->flush();
  const auto& o = *rig.observer.plugin;
  EXPECT_TRUE(o.saw(CLAIF_EV_REQUEST, "chat.completions"));
  EXPECT_TRUE(o.saw(CLAIF_EV_FIRST_BYTE, "chat.completions"));
  EXPECT_TRUE(o.saw(CLAIF_EV_STREAM, "message_start"));
  EXPECT_TRUE(o.saw(CLAIF_EV_STREAM, "content_block_delta"));
  EXPECT_TRUE(o.saw(CLAIF_EV_TOOL, "get_time"));
  EXPECT_TRUE(o.saw(CLAIF_EV_USAGE, "output"));
  EXPECT_TRUE(o.saw(CLAIF_EV_RESPONSE, "200"));
  EXPECT_EQ(o.seen.front().kind, uint32_t{CLAIF_EV_REQUEST});
  EXPECT_EQ(o.seen.back().kind, uint32_t{CLAIF_EV_RESPONSE});
}

}  // namespace
}  // namespace claif::test

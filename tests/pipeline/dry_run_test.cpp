// Requests that are not sent.
#include "pipeline/pipeline_rig.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::unique_ptr<Run> dry_run(PipelineRig& rig, const std::string& session = "") {
  auto run = rig.request(true);
  run->context.dry_run = true;
  run->context.session = session;
  rig.start(*run);
  return run;
}

TEST(DryRun, StopsBeforeAnythingHappens) {
  PipelineRig rig;
  rig.use_cache();
  rig.use_store();
  rig.use_observer();
  rig.add_hook("a").request = [](const sdk::HookInput&) {
    return sdk::HookResult::replace(
        R"({"model":"claude-opus-5-5","stream":true,"max_tokens":7,"messages":[{"role":"user","content":"x"}]})");
  };
  const auto run = dry_run(rig, "s1");
  ASSERT_TRUE(run->ok()) << run->error().message;
  EXPECT_THAT(rig.trace, ElementsAre("request a", "store load", "preview", "response a"));
  ASSERT_TRUE(run->context.preview);
  EXPECT_EQ(run->context.preview->url, "https://up.test/");
  EXPECT_THAT(run->context.preview->body, HasSubstr(R"("max_tokens":7)"));
  EXPECT_EQ(run->sink.starts, 0);
  rig.observers->flush();
  EXPECT_TRUE(rig.observer->seen.empty());
}

TEST(DryRun, SecretsAreHiddenByNameAndByValue) {
  PipelineRig rig;
  rig.log.redact("s3cret-value");
  rig.transport->told =
      R"({"method":"POST","url":"https://up.test/?k=s3cret-value","headers":[["x-api-key","careless"],)"
      R"(["authorization","Bearer [redacted]"],["x-team","is s3cret-value"],["accept","*/*"]]})";
  const auto run = dry_run(rig);
  ASSERT_TRUE(run->context.preview);
  EXPECT_EQ(run->context.preview->url, "https://up.test/?k=[redacted]");
  EXPECT_THAT(
      run->context.preview->headers,
      ElementsAre(Pair("x-api-key", "[redacted]"), Pair("authorization", "Bearer [redacted]"),
                  Pair("x-team", "is [redacted]"), Pair("accept", "*/*")));
}

TEST(DryRun, ATransportThatDoesNotTellLeavesWhatTheHostKnows) {
  PipelineRig rig;
  rig.transport->told = "";
  const auto run = dry_run(rig);
  ASSERT_TRUE(run->ok());
  EXPECT_EQ(run->context.preview->method, "");
  EXPECT_THAT(run->context.preview->headers, ElementsAre(Pair("anthropic-version", "2026-10-21")));
  EXPECT_EQ(run->context.preview->body, run->context.request.body);
  EXPECT_TRUE(rig.transport->requests.empty());
}

TEST(DryRun, ATransportThatTellsNonsenseIsAnError) {
  for (const char* const told : {"{", "{}", R"({"method":"POST","url":"u","headers":{}})",
                                 R"({"method":"POST","url":"u","headers":[["a"]]})"}) {
    PipelineRig rig;
    rig.transport->told = told;
    EXPECT_THAT(dry_run(rig)->error().message, HasSubstr("cannot be read")) << told;
  }
}

TEST(DryRun, AHookThatAnswersLeavesNothingToSend) {
  PipelineRig rig;
  rig.add_hook("a").request = [](const sdk::HookInput&) {
    return sdk::HookResult::answer(whole_message("mine"));
  };
  EXPECT_THAT(dry_run(rig)->error().message, HasSubstr("nothing would be sent"));
}

}  // namespace
}  // namespace claif::test

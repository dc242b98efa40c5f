// Equal requests that are under way at the same time.
#include "pipeline/answers.hpp"
#include "pipeline/pipeline_rig.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

void leave_open(sdk::Op&) {}

class SingleFlight : public ::testing::Test {
 protected:
  SingleFlight() {
    rig.use_cache();
    rig.settings.retries = 0;
    rig.transport->scripts.assign(10, leave_open);
  }
  size_t calls() const { return rig.transport->requests.size(); }
  sdk::Op& upstream(size_t i = 0) { return rig.transport->open.at(i); }
  // Emits events[from, to) of a streamed answer.
  void emit(size_t from, size_t to) {
    for (size_t i = from; i < to; ++i)
      upstream().emit(CLAIF_EMIT_EVENT, events.at(i));
    rig.loop.settle();
  }
  void end() {
    upstream().finish();
    rig.loop.settle();
  }
  size_t puts() const {
    return static_cast<size_t>(std::count(rig.trace.begin(), rig.trace.end(), "cache put"));
  }

  // Begins a request that `edit` may change; it lives as long as the test.
  template <class Edit>
  test::Run& start(bool stream, Edit edit) {
    test::Run& run = *runs_.emplace_back(rig.request(stream));
    edit(run);
    rig.start(run);
    return run;
  }
  test::Run& ask(bool stream, const std::string& more = "") {
    test::Run& run = *runs_.emplace_back(rig.request(stream, more));
    rig.start(run);
    return run;
  }

 private:
  std::vector<std::unique_ptr<test::Run>> runs_;  // before the rig, whose end may end requests

 protected:
  PipelineRig rig;
  const std::vector<std::string> events = text_events("Shared answer");
};

TEST_F(SingleFlight, OneCallAnswersAllWhoAskTheSame) {
  test::Run& first = ask(true);
  test::Run& plain = ask(false);
  EXPECT_EQ(calls(), 1u);
  emit(0, 3);
  EXPECT_TRUE(first.sink.has("message_start"));
  test::Run& late = ask(true);
  EXPECT_EQ(calls(), 1u);
  EXPECT_TRUE(late.sink.has("message_start")) << "from the start";
  emit(3, events.size());
  end();
  ASSERT_TRUE(first.ok() && plain.ok() && late.ok());
  EXPECT_EQ(first.sink.events, late.sink.events);
  EXPECT_THAT(plain.sink.whole.value_or(""), HasSubstr("Shared answer"));
  EXPECT_EQ(puts(), 1u);
  EXPECT_EQ(ask(false).context.cache, pipeline::CacheState::hit);
}

TEST_F(SingleFlight, APlainAnswerServesThoseWhoStream) {
  test::Run& plain = ask(false);
  test::Run& stream = ask(true);
  upstream().emit(CLAIF_EMIT_MESSAGE, whole_message("Plain"));
  end();
  ASSERT_TRUE(plain.ok() && stream.ok());
  EXPECT_THAT(stream.sink.all(), HasSubstr("Plain"));
  EXPECT_TRUE(stream.sink.has("message_stop"));
  EXPECT_EQ(calls(), 1u);
}

TEST_F(SingleFlight, AThousandRequestsAreOneCall) {
  std::vector<test::Run*> runs;
  for (int i = 0; i < 1000; ++i)
    runs.push_back(&ask(i % 2 == 0));
  emit(0, events.size());
  end();
  EXPECT_TRUE(std::all_of(runs.begin(), runs.end(), [](const auto& run) { return run->ok(); }));
  EXPECT_EQ(calls(), 1u);
  EXPECT_EQ(puts(), 1u);
}

TEST_F(SingleFlight, GoesOnWithoutTheOneWhoBeganIt) {
  test::Run& first = ask(true);
  test::Run& second = ask(true);
  emit(0, 3);
  first.context.cancellation.request();
  rig.loop.settle();
  EXPECT_EQ(first.error().code, Errc::cancelled);
  EXPECT_TRUE(rig.transport->cancelled.empty());
  emit(3, events.size());
  end();
  EXPECT_TRUE(second.ok());
  EXPECT_EQ(calls(), 1u);
}

TEST_F(SingleFlight, IsCancelledWhenTheLastOneLeaves) {
  test::Run& first = ask(true);
  test::Run& second = ask(true);
  emit(0, 3);
  first.context.cancellation.request();
  second.context.cancellation.request();
  rig.loop.settle();
  EXPECT_TRUE(first.done() && second.done());
  EXPECT_EQ(rig.transport->cancelled.size(), 1u);
  EXPECT_EQ(rig.flights.size(), 0u);
  ask(true);
  EXPECT_EQ(calls(), 2u) << "what was cancelled serves nobody";
}

TEST_F(SingleFlight, AnErrorReachesEveryoneAndEachMayTryAgain) {
  rig.settings.retries = 1;
  test::Run& first = ask(false);
  test::Run& second = ask(false);
  upstream().fail(CLAIF_E_UNAVAILABLE, "no route");
  rig.loop.settle();
  EXPECT_FALSE(first.done() || second.done());
  rig.loop.advance(milliseconds(5000));
  EXPECT_EQ(calls(), 2u) << "together again";
  upstream(1).emit(CLAIF_EMIT_MESSAGE, whole_message("At last"));
  upstream(1).finish();
  rig.loop.settle();
  EXPECT_TRUE(first.ok() && second.ok());
}

TEST_F(SingleFlight, IsForEqualRequestsOfOneTenantOnly) {
  ask(true);
  start(true, [](test::Run& run) { run.context.tenant = "another"; });
  ask(true, R"(,"stop":["x"])");
  EXPECT_EQ(calls(), 3u);
  start(true, [](test::Run& run) { run.context.cache_wish.mode = cache::Mode::off; });
  EXPECT_EQ(calls(), 4u);
}

// It looked into the cache just before the answer was stored there.
TEST_F(SingleFlight, WhoComesBetweenTheAnswerAndTheCacheFindsIt) {
  ask(false);
  rig.cache->mood = Mood::hangs;
  test::Run& late = start(false, [](test::Run&) {});
  ASSERT_EQ(rig.cache->held.size(), 1u);
  rig.cache->mood = Mood::works;
  upstream().emit(CLAIF_EMIT_MESSAGE, whole_message("Plain"));
  end();
  ASSERT_EQ(puts(), 1u);
  rig.cache->held.front().finish();  // a miss
  rig.loop.settle();
  ASSERT_TRUE(late.ok());
  EXPECT_EQ(late.context.cache, pipeline::CacheState::hit);
  EXPECT_EQ(calls(), 1u);
}

TEST_F(SingleFlight, EachApprovesTheToolCallsForItself) {
  int asked = 0;
  rig.approval->on_decide = [&](const sdk::ToolCall&) {
    return ++asked == 1 ? sdk::Verdict::allow() : sdk::Verdict::deny("not twice");
  };
  test::Run& first = ask(true, PipelineRig::kTool);
  test::Run& second = ask(true, PipelineRig::kTool);
  for (const std::string& event : tool_events("get_time", "{}"))
    upstream().emit(CLAIF_EMIT_EVENT, event);
  end();
  EXPECT_EQ(calls(), 1u);
  EXPECT_EQ(asked, 2);
  EXPECT_TRUE(first.context.denied.empty());
  EXPECT_EQ(second.context.denied.size(), 1u);
  EXPECT_EQ(puts(), 0u);
}

TEST_F(SingleFlight, ASlowClientDelaysNobody) {
  test::Run& slow = start(true, [](test::Run& run) { run.sink.block(); });
  test::Run& fast = ask(true);
  emit(0, events.size());
  end();
  EXPECT_TRUE(fast.ok());
  EXPECT_FALSE(slow.done());
  slow.sink.release();
  rig.loop.settle();
  EXPECT_TRUE(slow.ok());
  EXPECT_EQ(slow.sink.events, fast.sink.events);
}

// One reader that does not take is what makes the transport pause, as without sharing.
TEST_F(SingleFlight, GoesNoFasterThanTheFastest) {
  test::Run& only = start(true, [](test::Run& run) { run.sink.block(); });
  emit(0, 3);
  const std::string kilobyte = text_delta(0, std::string(1000, 'x'));
  int taken = 0;
  while (taken < 10'000 && upstream().emit(CLAIF_EMIT_EVENT, kilobyte) == CLAIF_OK) {
    ++taken;
    rig.loop.settle();
  }
  EXPECT_LT(taken, 2000);
  only.context.cancellation.request();
  only.sink.release(false);
  rig.loop.settle();
}

}  // namespace
}  // namespace claif::test

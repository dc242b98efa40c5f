// Retries, errors, cancellation and backpressure between pipeline and transport.
#include "base/limits.hpp"
#include "pipeline/pipeline_rig.hpp"
#include "wire/openai_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

TEST(Retry, RepeatsAFailureBeforeTheFirstByte) {
  PipelineRig rig;
  rig.transport->scripts = {refuses("500\n", "{}"), streams(text_events("Hello"))};
  const auto run = rig.ask(true);
  EXPECT_FALSE(run->done());
  rig.loop.advance(milliseconds(499));
  EXPECT_EQ(rig.transport->requests.size(), 1u);
  rig.loop.advance(milliseconds(1));
  EXPECT_EQ(rig.transport->requests.size(), 2u);
  ASSERT_TRUE(run->ok());
  EXPECT_EQ(run->sink.starts, 1);
  EXPECT_EQ(run->sink.events, text_events("Hello"));
}

TEST(Retry, WaitsAsLongAsTheUpstreamAsks) {
  for (const std::string header : {"retry-after: 7", "retry-after-ms: 7000"}) {
    PipelineRig rig;
    rig.transport->scripts = {refuses("529\n" + header + "\n", kOverloaded),
                              answers(whole_message("x"))};
    const auto run = rig.ask(false);
    rig.loop.advance(milliseconds(6999));
    EXPECT_EQ(rig.transport->requests.size(), 1u) << header;
    rig.loop.advance(milliseconds(1));
    EXPECT_TRUE(run->ok()) << header;
  }
}

TEST(Retry, GivesUpAfterTheLastAttempt) {
  PipelineRig rig;
  rig.settings.retries = 2;
  for (int i = 0; i < 5; ++i)
    rig.transport->scripts.push_back(refuses("529\n", kOverloaded));
  const auto run = rig.ask(true);
  rig.loop.advance(seconds(60));
  EXPECT_EQ(rig.transport->requests.size(), 3u);
  EXPECT_EQ(run->error().code, Errc::overloaded);
  EXPECT_EQ(wire::http_status(run->error()), 503);
  EXPECT_EQ(run->sink.starts, 0);
}

TEST(Retry, RepeatsARateLimitOnlyOnce) {
  PipelineRig rig;
  for (int i = 0; i < 5; ++i)
    rig.transport->scripts.push_back(refuses("429\n", "{}"));
  const auto run = rig.ask(true);
  rig.loop.advance(seconds(60));
  EXPECT_EQ(rig.transport->requests.size(), 2u);
  EXPECT_EQ(run->error().code, Errc::rate_limited);
}

TEST(Retry, LeavesAloneWhatWillNotGetBetter) {
  for (const std::string head :
       {"400\n", "401\n", "404\n", "402\n", "500\nx-should-retry: false\n"}) {
    PipelineRig rig;
    rig.transport->scripts.push_back(refuses(head, "{}"));
    const auto run = rig.ask(true);
    EXPECT_TRUE(run->done()) << head;
    EXPECT_EQ(rig.transport->requests.size(), 1u) << head;
  }
}

TEST(Retry, ObeysTheUpstreamsWish) {
  PipelineRig rig;
  rig.transport->scripts = {refuses("400\nx-should-retry: true\n", "{}"),
                            answers(whole_message("x"))};
  const auto run = rig.ask(false);
  rig.loop.advance(seconds(1));
  EXPECT_TRUE(run->ok());
}

TEST(Retry, RepeatsAFailedConnection) {
  PipelineRig rig;
  rig.transport->scripts = {[](sdk::Op& op) { op.fail(CLAIF_E_UNAVAILABLE, "connection refused"); },
                            answers(whole_message("x"))};
  const auto run = rig.ask(false);
  rig.loop.advance(seconds(1));
  EXPECT_TRUE(run->ok());
}

TEST(Retry, NeverHappensAfterTheFirstByte) {
  PipelineRig rig;
  rig.transport->scripts.push_back([](sdk::Op& op) {
    op.emit(CLAIF_EMIT_HEAD, "200\n");
    op.emit(CLAIF_EMIT_EVENT, message_start());
    op.fail(CLAIF_E_UNAVAILABLE, "connection reset");
  });
  const auto run = rig.ask(true);
  rig.loop.advance(seconds(60));
  EXPECT_EQ(rig.transport->requests.size(), 1u);
  ASSERT_TRUE(run->sink.error);
  EXPECT_EQ(run->sink.error->code, Errc::unavailable);
  EXPECT_EQ(run->sink.starts, 1);
}

TEST(Retry, EndsWhenTheClientGivesUpInThePause) {
  PipelineRig rig;
  rig.transport->scripts.push_back(refuses("500\nretry-after: 30\n", "{}"));
  const auto run = rig.ask(true);
  run->context.cancellation.request();
  rig.loop.settle();
  EXPECT_EQ(run->error().code, Errc::cancelled);
  EXPECT_EQ(rig.loop.timers(), 0u);
}

TEST(StreamError, BeforeTheMessageIsAnErrorOfTheRequest) {
  PipelineRig rig;
  rig.settings.retries = 0;
  rig.transport->scripts.push_back(streams({R"({"type":"ping"})", kOverloaded}));
  const auto run = rig.ask(true);
  EXPECT_EQ(wire::http_status(run->error()), 503);
  EXPECT_EQ(run->sink.starts, 0);
  EXPECT_FALSE(run->sink.error);
}

TEST(StreamError, AfterTheFirstByteGoesIntoTheStream) {
  PipelineRig rig;
  rig.transport->scripts.push_back(
      streams({message_start(), text_start(0), text_delta(0, "Hel"), kOverloaded}));
  const auto run = rig.ask(true);
  ASSERT_TRUE(run->sink.error);
  EXPECT_EQ(run->sink.error->reason, "overloaded");
  EXPECT_EQ(run->sink.starts, 1);
  EXPECT_FALSE(run->sink.has("message_stop"));
}

TEST(StreamEnd, DoesNotWaitForTheTransportToSayThatItIsOver) {
  PipelineRig rig;
  rig.transport->scripts.push_back([](sdk::Op& op) { emit_stream(op, text_events("Hello")); });
  const auto run = rig.ask(true);
  ASSERT_TRUE(run->ok());
  EXPECT_TRUE(run->sink.has("message_stop"));
  EXPECT_EQ(rig.transport->cancelled.size(), 1u);
}

TEST(StreamError, OfACutStreamSaysTruncated) {
  for (const size_t events : {size_t{0}, size_t{1}, size_t{3}, size_t{4}}) {
    PipelineRig rig;
    rig.settings.retries = 0;
    auto some = text_events("Hello");
    some.resize(events);
    rig.transport->scripts.push_back(streams(some));
    const auto run = rig.ask(true);
    EXPECT_EQ(run->error().reason, "stream_truncated") << events;
    EXPECT_EQ(run->sink.error.has_value(), events > 0) << events;
  }
}

TEST(StreamError, OfACutConnectionSaysTruncated) {
  for (const bool stream : {true, false}) {
    PipelineRig rig;
    auto some = text_events("Hello");
    some.resize(3);
    rig.transport->scripts.push_back(cut_streams(some));
    const auto run = rig.ask(stream, stream ? "" : R"(,"max_tokens":30000)");
    EXPECT_EQ(run->error().reason, "stream_truncated") << stream;
    EXPECT_EQ(wire::http_status(run->error()), 502);
  }
}

// S12: only the last event is missing.
TEST(StreamError, IsNoneWhenTheStopReasonCame) {
  auto events = tool_events("get_time", "{}");
  events.pop_back();
  for (const auto& script : {streams(events), cut_streams(events)}) {
    PipelineRig rig;
    rig.transport->scripts.push_back(script);
    const auto run = rig.ask(true, PipelineRig::kTool);
    EXPECT_TRUE(run->ok()) << run->error().message;
    EXPECT_TRUE(run->sink.has("tool_use"));
    EXPECT_TRUE(run->sink.has("message_stop"));
  }
}

TEST(StreamError, AnswersNonsenseWithAProtocolError) {
  for (const std::string& nonsense :
       {std::string("{\"type\":"), std::string("[1]"), text_delta(0, "no start"), kMessageStop}) {
    PipelineRig rig;
    rig.settings.retries = 0;
    rig.transport->scripts.push_back(streams({nonsense}));
    const auto run = rig.ask(true);
    EXPECT_EQ(run->error().reason, "upstream_protocol_error") << nonsense;
    EXPECT_EQ(run->sink.starts, 0) << nonsense;
  }
}

TEST(StreamError, IsASecondMessageInOneStream) {
  PipelineRig rig;
  rig.transport->scripts.push_back(
      streams({message_start("msg_1"), message_start("msg_1"), message_start("msg_2")}));
  const auto run = rig.ask(true);
  ASSERT_TRUE(run->sink.error);
  EXPECT_EQ(run->sink.error->reason, "upstream_protocol_error");
  EXPECT_EQ(run->sink.events.size(), 1u);
}

TEST(Cancellation, ReachesTheTransport) {
  PipelineRig rig;
  rig.transport->scripts.push_back([](sdk::Op& op) {
    op.emit(CLAIF_EMIT_HEAD, "200\n");
    op.emit(CLAIF_EMIT_EVENT, message_start());
  });
  const auto run = rig.ask(true);
  const uint64_t id = rig.transport->open.front().id();
  run->context.cancellation.request();
  rig.loop.settle();
  EXPECT_THAT(rig.transport->cancelled, testing::ElementsAre(id));
  EXPECT_EQ(run->error().code, Errc::cancelled);
}

TEST(Cancellation, DoesNotWaitForATransportThatIgnoresIt) {
  PipelineRig rig;
  rig.transport->heeds_cancel = false;
  const auto run = rig.ask(true);
  run->context.cancellation.request();
  rig.loop.settle();
  EXPECT_EQ(run->error().code, Errc::cancelled);
  EXPECT_TRUE(rig.transport->open.front().cancelled());
}

TEST(Cancellation, ComesFromAClientThatIsGone) {
  PipelineRig rig;
  rig.transport->scripts.push_back([](sdk::Op& op) {
    op.emit(CLAIF_EMIT_HEAD, "200\n");
    op.emit(CLAIF_EMIT_EVENT, message_start());
  });
  auto run = rig.request(true);
  run->sink.client_there = false;
  rig.start(*run);
  EXPECT_EQ(rig.transport->cancelled.size(), 1u);
  EXPECT_TRUE(run->done());
}

TEST(Backpressure, PausesTheTransportUntilTheClientTookEnough) {
  PipelineRig rig;
  const std::string chunk = text_delta(0, std::string(100'000, 'x'));
  rig.transport->scripts.push_back([](sdk::Op& op) {
    op.emit(CLAIF_EMIT_HEAD, "200\n");
    op.emit(CLAIF_EMIT_EVENT, message_start());
    op.emit(CLAIF_EMIT_EVENT, text_start(0));
  });
  auto run = rig.request(true);
  run->sink.block();
  rig.start(*run);
  sdk::Op& op = rig.transport->open.front();
  size_t taken = 0;
  while (op.emit(CLAIF_EMIT_EVENT, chunk) == CLAIF_OK && taken < 100)
    ++taken;
  EXPECT_LE(taken * chunk.size(), limits::kEventQueueBytes);
  EXPECT_EQ(rig.transport->resumed.size(), 0u);
  run->sink.release();
  rig.loop.settle();
  EXPECT_THAT(rig.transport->resumed, testing::ElementsAre(op.id()));
  EXPECT_EQ(op.emit(CLAIF_EMIT_EVENT, block_stop(0)), CLAIF_OK);
  op.emit(CLAIF_EMIT_EVENT, message_delta("end_turn"));
  op.emit(CLAIF_EMIT_EVENT, kMessageStop);
  op.finish();
  rig.loop.settle();
  EXPECT_TRUE(run->ok());
  EXPECT_EQ(run->sink.events.size(), 2 + (taken + 1) + 3);
}

TEST(Transport, MayEndLaterThanItsMessage) {
  PipelineRig rig;
  rig.transport->scripts.push_back(
      [](sdk::Op& op) { emit_stream(op, text_events("Hello")); });  // and does not finish
  const auto run = rig.ask(true);
  EXPECT_TRUE(run->ok()) << run->error().message;
  EXPECT_TRUE(run->sink.has("message_stop"));
}

TEST(Transport, ThatThrowsIsAnErrorOfTheRequest) {
  PipelineRig rig;
  rig.transport->scripts.push_back([](sdk::Op&) { throw std::runtime_error("no luck"); });
  const auto run = rig.ask(true);
  EXPECT_EQ(run->error().code, Errc::internal);
  EXPECT_FALSE(run->error().message.empty());
  EXPECT_EQ(run->sink.starts, 0);
}

TEST(Transport, ThatNeverAnswersEndsWithTheDeadline) {
  PipelineRig rig;
  rig.settings.retries = 0;
  rig.settings.request_timeout = milliseconds(5000);
  rig.transport->heeds_cancel = false;
  const auto run = rig.ask(true);
  rig.loop.advance(milliseconds(4999));
  EXPECT_FALSE(run->done());
  rig.loop.advance(milliseconds(1));
  EXPECT_EQ(run->error().code, Errc::timeout);
  EXPECT_EQ(rig.transport->cancelled.size(), 1u);
  EXPECT_EQ(rig.transport.instance->faults().total(), 0u) << "to be slow is no fault";
  rig.loop.advance(milliseconds(5000));
  EXPECT_EQ(rig.transport.instance->faults().total(), 1u) << "to ignore the cancel is";
}

TEST(Transport, WhoseMessageIsNonsenseIsAnUpstreamError) {
  for (const char* nonsense : {"", "{}", "[]", "{\"content\":7}", "\xff", "{\"content\":[}"}) {
    PipelineRig rig;
    rig.settings.retries = 0;
    rig.transport->scripts.push_back(answers(nonsense));
    const auto run = rig.ask(false);
    EXPECT_EQ(run->error().code, Errc::upstream) << nonsense;
    EXPECT_FALSE(run->sink.whole) << nonsense;
  }
}

TEST(Transport, IsQuarantinedAfterThreeFaults) {
  PipelineRig rig;
  rig.settings.retries = 0;
  rig.settings.request_timeout = milliseconds(10);
  rig.transport->heeds_cancel = false;
  for (int i = 0; i < 3; ++i) {
    const auto run = rig.ask(true);
    rig.loop.advance(milliseconds(10));
    EXPECT_EQ(run->error().code, Errc::timeout);
    rig.loop.advance(milliseconds(5000));
  }
  const auto run = rig.ask(true);
  EXPECT_EQ(run->error().code, Errc::unavailable);
  EXPECT_THAT(run->error().message, HasSubstr("quarantined"));
  EXPECT_EQ(rig.transport->requests.size(), 3u);
}

}  // namespace
}  // namespace claif::test

// The small parts of core/src/base.
#include "base/blocking_pool.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/schema.hpp"
#include "base/secret.hpp"
#include "base/suggest.hpp"
#include "base/task.hpp"
#include "support/manual_loop.hpp"

#include <array>
#include <future>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

using testing::HasSubstr;
using testing::Not;

Task<int> add(Arrival<int>& a, int b) {
  const int first = co_await a;
  co_return first + b;
}
Task<void> store(Arrival<int>& a, int& out) {
  auto adding = add(a, 2);
  const int sum = co_await std::move(adding);
  out = sum;
}

TEST(Task, WaitsForAnArrivalAndGoesOnInTheLoop) {
  FakeClock clock;
  ManualLoop loop(clock);
  Arrival<int> arrival(loop);
  int out = 0;
  spawn(store(arrival, out));
  EXPECT_TRUE(arrival.set(40));
  EXPECT_EQ(out, 0);  // not inside of set
  loop.settle();
  EXPECT_EQ(out, 42);
}

TEST(Task, NeverStartedIsFreed) {
  FakeClock clock;
  ManualLoop loop(clock);
  Arrival<int> arrival(loop);
  int out = 0;
  { const auto dropped = store(arrival, out); }
  EXPECT_EQ(out, 0);
}

TEST(Arrival, TakesTheFirstValueOnly) {
  FakeClock clock;
  ManualLoop loop(clock);
  Arrival<int> arrival(loop);
  EXPECT_TRUE(arrival.set(1));
  EXPECT_FALSE(arrival.set(2));
  int out = 0;
  spawn(store(arrival, out));  // there already: no waiting
  EXPECT_EQ(out, 3);
}

TEST(ManualLoop, RunsTimersInOrderOfTime) {
  FakeClock clock;
  ManualLoop loop(clock);
  std::string ran;
  loop.after(Millis(20), [&] { ran += "b"; });
  loop.after(Millis(10), [&] { ran += "a"; });
  const TimerId cancelled = loop.after(Millis(15), [&] { ran += "x"; });
  loop.cancel(cancelled);
  loop.advance(Millis(19));
  EXPECT_EQ(ran, "a");
  loop.advance(Millis(1));
  EXPECT_EQ(ran, "ab");
}

TEST(BlockingPool, RunsWhatWasPosted) {
  std::promise<int> promise;
  BlockingPool pool(2, 16);
  ASSERT_TRUE(pool.post([&] { promise.set_value(7); }));
  EXPECT_EQ(promise.get_future().get(), 7);
}

TEST(BlockingPool, RefusesWhenItsQueueIsFull) {
  std::promise<void> started, release;
  auto released = release.get_future().share();
  BlockingPool pool(1, 2);
  ASSERT_TRUE(pool.post([&] {
    started.set_value();
    released.wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(pool.post([] {}));
  EXPECT_TRUE(pool.post([] {}));
  EXPECT_FALSE(pool.post([] {}));
  release.set_value();
}

TEST(BlockingPool, FinishesItsQueueWhenStopped) {
  std::atomic<int> ran{0};
  BlockingPool pool(1, 100);
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(pool.post([&] { ++ran; }));
  pool.stop();
  EXPECT_EQ(ran, 50);
  EXPECT_FALSE(pool.post([] {}));
}

TEST(Metrics, RendersCountersGaugesAndHistograms) {
  Metrics metrics;
  const auto counter = metrics.define(MetricType::counter, "c_total", "Counts.", {"kind"});
  const auto gauge = metrics.define(MetricType::gauge, "g", "Level.");
  const auto histogram = metrics.define(MetricType::histogram, "h", "Times.", {}, {0.5, 1});
  const std::array<std::string_view, 1> kind{"a\"b\\\n"};
  metrics.record(*counter, kind, 2);
  metrics.record(*counter, kind, 1);
  metrics.record(*gauge, 5);
  metrics.record(*gauge, 4);
  for (const double v : {0.5, 0.7, 9.0})
    metrics.record(*histogram, v);
  EXPECT_EQ(metrics.render(),
            "# HELP c_total Counts.\n# TYPE c_total counter\nc_total{kind=\"a\\\"b\\\\\\n\"} 3\n"
            "# HELP g Level.\n# TYPE g gauge\ng 4\n"
            "# HELP h Times.\n# TYPE h histogram\nh_bucket{le=\"0.5\"} 1\nh_bucket{le=\"1\"} 2\n"
            "h_bucket{le=\"+Inf\"} 3\nh_sum 10.2\nh_count 3\n");
}

TEST(Metrics, KeepsHelpOnOneLine) {
  Metrics metrics;
  ASSERT_TRUE(metrics.define(MetricType::counter, "c", "One \"line\".\nevil 1\\"));
  EXPECT_THAT(metrics.render(), HasSubstr("# HELP c One \"line\".\\nevil 1\\\\\n"));
}

TEST(Metrics, GivesTheSameDefinitionTheSameNumber) {
  Metrics metrics;
  const auto first = metrics.define(MetricType::counter, "c", "h", {"l"});
  EXPECT_EQ(metrics.define(MetricType::counter, "c", "h", {"l"}).value(), *first);
  EXPECT_FALSE(metrics.define(MetricType::gauge, "c", "h", {"l"}));
  EXPECT_FALSE(metrics.define(MetricType::counter, "c", "h", {"other"}));
}

TEST(Metrics, RefusesBadNamesLabelsAndBounds) {
  Metrics metrics;
  for (const std::string name : {"", "1a", "a-b", "a b", "a\n"})
    EXPECT_FALSE(metrics.define(MetricType::counter, name, "h")) << name;
  EXPECT_FALSE(metrics.define(MetricType::counter, "c", "h", {"bad-label"}));
  EXPECT_FALSE(metrics.define(MetricType::counter, "c", "h", std::vector<std::string>(9, "l")));
  EXPECT_FALSE(metrics.define(MetricType::histogram, "c", "h", {}, {2, 1}));
}

TEST(Metrics, BoundsTheSeriesOfOneMetric) {
  Metrics metrics;
  const auto counter = metrics.define(MetricType::counter, "c", "h", {"l"});
  for (int i = 0; i < 1'500; ++i) {
    const std::string value = std::to_string(i);
    const std::array<std::string_view, 1> labels{value};
    metrics.record(*counter, labels, 1);
  }
  const std::string text = metrics.render();
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 1'003);
  EXPECT_THAT(text, HasSubstr("c{l=\"other\"} 500\n"));
}

TEST(Metrics, IgnoresUnknownNumbersAndLabelCounts) {
  Metrics metrics;
  const auto counter = metrics.define(MetricType::counter, "c", "h", {"l"});
  metrics.record(*counter, 1);
  metrics.record(0, 1);
  metrics.record(99, 1);
  EXPECT_EQ(metrics.render(), "# HELP c h\n# TYPE c counter\n");
}

std::string logged(Log& log, std::string_view line) {
  testing::internal::CaptureStderr();
  log.warn(line);
  return testing::internal::GetCapturedStderr();
}

TEST(Log, NeverShowsARedactedValue) {
  Log log;
  log.redact("sk-secret");
  const std::string line = logged(log, "key sk-secret and again sk-secret.");
  EXPECT_THAT(line, Not(HasSubstr("sk-secret")));
  EXPECT_THAT(line, HasSubstr("key [redacted] and again [redacted]."));
}

TEST(Log, RedactsTheLongerOfTwoSecretsWhole) {
  Log log;
  log.redact("sk-abcd");
  log.redact("sk-abcd-efgh");
  EXPECT_THAT(logged(log, "sk-abcd-efgh"), Not(HasSubstr("efgh")));
}

TEST(Log, SurvivesASecretThatLooksLikeItsMark) {
  Log log;
  log.redact("redacted");
  EXPECT_THAT(logged(log, "it is redacted"), HasSubstr("it is [redacted]"));
}

TEST(Log, LeavesShortValuesAlone) {
  Log log;
  log.redact("abc");
  EXPECT_THAT(logged(log, "abc"), HasSubstr("abc"));
}

TEST(Log, KeepsALineALine) {
  Log log;
  const std::string line = logged(log, "a\nforged\x1b[31m\x7f");
  EXPECT_THAT(line, HasSubstr("a\\x0aforged\\x1b[31m\\x7f"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST(Log, DropsWhatIsBelowItsLevel) {
  Log log(LogLevel::error);
  EXPECT_EQ(logged(log, "unimportant"), "");
}

TEST(Ids, AreRandomAndOfTheirForm) {
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const std::string id = random_id("req_");
    EXPECT_TRUE(id.starts_with("req_"));
    EXPECT_EQ(id.size(), 28u);
    EXPECT_TRUE(is_session_id(id)) << id;
    seen.insert(id);
  }
  EXPECT_EQ(seen.size(), 1'000u);
}

TEST(Ids, OfSessionsAreNoPaths) {
  EXPECT_TRUE(is_session_id("a"));
  EXPECT_TRUE(is_session_id(std::string(64, 'Z')));
  for (const std::string bad : {"", ".", "..", "a/b", "a b", "\xc3\xa9", "a\n"})
    EXPECT_FALSE(is_session_id(bad)) << bad;
  EXPECT_FALSE(is_session_id(std::string(65, 'a')));
}

TEST(Ids, OfTheProcessGrow) {
  const uint64_t first = next_number();
  EXPECT_NE(first, 0u);
  EXPECT_GT(next_number(), first);
}

TEST(Secret, IsEqualToItsOwnValueOnly) {
  Secret secret("token");
  EXPECT_TRUE(secret.equals("token"));
  EXPECT_FALSE(secret.equals("Token"));
  EXPECT_FALSE(secret.equals("toke"));
  const Secret moved = std::move(secret);
  EXPECT_EQ(moved.reveal(), "token");
}

TEST(Suggestion, NamesTheNearestOrNothing) {
  const std::vector<std::string_view> names{"gateway", "transport", "cache"};
  EXPECT_EQ(suggestion("gatway", names), "; did you mean 'gateway'?");
  EXPECT_EQ(suggestion("cash", names), "; did you mean 'cache'?");
  EXPECT_EQ(suggestion("elephant", names), "");
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abc", "abc"), 0u);
}

constexpr std::string_view kSchema = R"({"type":"object","additionalProperties":false,
  "properties":{"size":{"type":"integer","minimum":1,"maximum":9},"mode":{"enum":["a","b"]},
  "list":{"type":"array","items":{"type":"string"}}},"required":["size"]})";

TEST(Schema, AcceptsWhatFits) {
  EXPECT_TRUE(check_schema(kSchema, R"({"size":3,"mode":"a","list":["x"]})", "config"));
  EXPECT_TRUE(check_schema("", R"({"anything":[]})", "config"));
}

TEST(Schema, SaysWhatIsWrongAndWhere) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"size":3,"mod":"a"})", "'mod' is no setting; did you mean 'mode'?"},
      {R"({"size":0})", "'size' must be at least 1"},
      {R"({"size":10})", "'size' must be at most 9"},
      {R"({"size":"x"})", "'size' must be of type"},
      {R"({"size":1,"mode":"c"})", "'mode' must be one of"},
      {R"({"size":1,"list":["a",1]})", "'list[1]' must be of type"},
      {"{}", "must have"},
      {"[]", "must be of type"},
      {"{", "not JSON"}};
  for (const auto& [json, message] : cases) {
    const auto checked = check_schema(kSchema, json, "the place");
    ASSERT_FALSE(checked) << json;
    EXPECT_EQ(checked.error().code, Errc::configuration);
    EXPECT_THAT(checked.error().message, HasSubstr(message));
    EXPECT_THAT(checked.error().message, testing::StartsWith("the place: "));
  }
}

TEST(Schema, ThatIsBrokenItselfIsAnError) {
  EXPECT_FALSE(check_schema("{", "{}", "config"));
}

}  // namespace
}  // namespace claif::test

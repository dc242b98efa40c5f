#include <claif/testing/fake_host.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using claif::testing::FakeHost;
using claif::testing::PluginUnderTest;

claif_event event(uint32_t kind, std::string_view name, int64_t value, std::string_view body) {
  claif_event e{};
  e.size = sizeof e;
  e.kind = kind;
  e.value = value;
  e.name = claif::sdk::str(name);
  e.body = claif::sdk::str(body);
  return e;
}

class Metrics : public ::testing::Test {
 protected:
  void see(const std::vector<claif_event>& events) {
    std::vector<const claif_event*> batch;
    for (const claif_event& e : events)
      batch.push_back(&e);
    plugin.iface<claif_observer_v1>()->on_events(plugin.self(), batch.data(), batch.size());
  }
  double value(std::string_view name, const std::vector<std::string>& labels = {}) const {
    return host.metrics.value(name, labels);
  }

  FakeHost host;
  PluginUnderTest plugin{host};
};

TEST_F(Metrics, CountsRequestsByModelAndStatus) {
  see({event(CLAIF_EV_RESPONSE, "200", 2'000'000'000, "opus"),
       event(CLAIF_EV_RESPONSE, "200", 500'000'000, "opus"),
       event(CLAIF_EV_RESPONSE, "cancelled", 0, "haiku")});
  EXPECT_EQ(value("claif_requests_total", {"opus", "200"}), 2);
  EXPECT_EQ(value("claif_requests_total", {"haiku", "cancelled"}), 1);
  EXPECT_EQ(host.metrics.count("claif_request_duration_seconds", {"opus"}), 2u);
  EXPECT_DOUBLE_EQ(value("claif_request_duration_seconds", {"opus"}), 2.5);
}

TEST_F(Metrics, ObservesTheFirstByte) {
  see({event(CLAIF_EV_FIRST_BYTE, "", 250'000'000, "opus")});
  EXPECT_DOUBLE_EQ(value("claif_first_byte_seconds", {"opus"}), 0.25);
}

TEST_F(Metrics, ShowsRequestsInFlightAndNeverLessThanNone) {
  EXPECT_EQ(host.metrics.count("claif_requests_in_flight"), 1u);
  see({event(CLAIF_EV_REQUEST, "chat", 0, "opus"), event(CLAIF_EV_REQUEST, "chat", 0, "opus")});
  EXPECT_EQ(value("claif_requests_in_flight"), 2);
  for (int i = 0; i < 3; ++i)
    see({event(CLAIF_EV_RESPONSE, "200", 0, "opus")});
  EXPECT_EQ(value("claif_requests_in_flight"), 0);
  see({event(CLAIF_EV_REQUEST, "chat", 0, "opus")});
  EXPECT_EQ(value("claif_requests_in_flight"), 1);
}

TEST_F(Metrics, AddsUpTokens) {
  see({event(CLAIF_EV_USAGE, "input", 10, "opus"), event(CLAIF_EV_USAGE, "input", 5, "opus"),
       event(CLAIF_EV_USAGE, "output", 7, "opus")});
  EXPECT_EQ(value("claif_tokens_total", {"opus", "input"}), 15);
  EXPECT_EQ(value("claif_tokens_total", {"opus", "output"}), 7);
}

TEST_F(Metrics, CountsTheRest) {
  see({event(CLAIF_EV_CACHE, "hit", 0, "opus"), event(CLAIF_EV_RETRY, "RATE", 100, "opus"),
       event(CLAIF_EV_SESSION, "stored", 3, ""),
       event(CLAIF_EV_PLUGIN, "claif.cache.memory", 1, "was slow"),
       event(CLAIF_EV_TOOL, "bash", CLAIF_DENY, "no"),
       event(CLAIF_EV_TOOL, "read", CLAIF_ALLOW, ""), event(CLAIF_EV_TOOL, "odd", 77, "")});
  EXPECT_EQ(value("claif_cache_total", {"hit"}), 1);
  EXPECT_EQ(value("claif_retries_total", {"RATE"}), 1);
  EXPECT_EQ(value("claif_session_appends_total", {"stored"}), 1);
  EXPECT_EQ(value("claif_plugin_faults_total", {"claif.cache.memory"}), 1);
  EXPECT_EQ(value("claif_tool_decisions_total", {"deny"}), 2);
  EXPECT_EQ(value("claif_tool_decisions_total", {"allow"}), 1);
}

TEST_F(Metrics, BoundsTheNumberOfModels) {
  for (int i = 0; i < 150; ++i)
    see({event(CLAIF_EV_RESPONSE, "200", 0, "m" + std::to_string(i))});
  EXPECT_EQ(value("claif_requests_total", {"m99", "200"}), 1);
  EXPECT_EQ(value("claif_requests_total", {"m100", "200"}), 0);
  EXPECT_EQ(value("claif_requests_total", {"other", "200"}), 50);
}

TEST_F(Metrics, AsksForNoStreamEvents) {
  const uint64_t interest = plugin.iface<claif_observer_v1>()->interest;
  EXPECT_EQ(interest & (uint64_t{1} << CLAIF_EV_STREAM), 0u);
  EXPECT_NE(interest & (uint64_t{1} << CLAIF_EV_RESPONSE), 0u);
}

TEST(MetricsWithoutService, DoNothing) {
  FakeHost host;
  host.remove(CLAIF_METRICS_ID);
  PluginUnderTest plugin(host);
  ASSERT_EQ(plugin.error(), "");
  const claif_event e = event(CLAIF_EV_REQUEST, "chat", 0, "opus");
  const claif_event* batch[] = {&e};
  plugin.iface<claif_observer_v1>()->on_events(plugin.self(), batch, 1);
  EXPECT_FALSE(host.metrics.defined("claif_requests_total"));
}

}  // namespace

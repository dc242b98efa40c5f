#include <claif/testing/fake_host.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using claif::testing::FakeHost;
using claif::testing::FakeOp;
using claif::testing::PluginUnderTest;

struct Who {
  std::string_view tenant = {}, session = {}, model = {};
};

class RateLimit : public ::testing::Test {
 protected:
  void create(const char* config) {
    plugin_ = std::make_unique<PluginUnderTest>(host, config);
    ASSERT_EQ(plugin_->error(), "");
  }
  claif_status request(const Who& who = {}) {
    claif_hook_input input{};
    input.size = sizeof input;
    input.phase = CLAIF_PHASE_REQUEST;
    input.tenant = claif::sdk::str(who.tenant);
    input.session = claif::sdk::str(who.session);
    input.model = claif::sdk::str(who.model);
    FakeOp op;
    plugin_->iface<claif_hook_v1>()->run(plugin_->self(), &input, op.raw());
    EXPECT_EQ(op.finish_count(), 1u);
    EXPECT_EQ(op.value(), std::nullopt);
    retry_after_ms = op.retry_after_ms();
    text = op.error_text();
    return op.status();
  }
  uint32_t phases() const { return plugin_->iface<claif_hook_v1>()->phases; }

  FakeHost host;
  uint32_t retry_after_ms = 0;
  std::string text;

 private:
  std::unique_ptr<PluginUnderTest> plugin_;
};

TEST_F(RateLimit, RefusesWhatIsOverTheBurstAndSaysWhenToComeBack) {
  create(R"({"requests_per_minute":60,"burst":2})");
  EXPECT_EQ(request(), CLAIF_OK);
  EXPECT_EQ(request(), CLAIF_OK);
  EXPECT_EQ(request(), CLAIF_E_RATE);
  EXPECT_EQ(retry_after_ms, 1000u);
  EXPECT_EQ(text, "the rate limit of this tenant is used up");
}

TEST_F(RateLimit, AClientThatWaitsAsToldSucceeds) {
  create(R"({"requests_per_minute":7,"burst":1})");
  EXPECT_EQ(request(), CLAIF_OK);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(request(), CLAIF_E_RATE);
    host.advance(std::chrono::milliseconds(retry_after_ms));
    EXPECT_EQ(request(), CLAIF_OK) << i;
  }
}

TEST_F(RateLimit, RefillsUpToTheBurstOnly) {
  create(R"({"requests_per_minute":60,"burst":2})");
  host.advance(1h);
  EXPECT_EQ(request(), CLAIF_OK);
  EXPECT_EQ(request(), CLAIF_OK);
  EXPECT_EQ(request(), CLAIF_E_RATE);
  host.advance(500ms);
  EXPECT_EQ(request(), CLAIF_E_RATE);
  EXPECT_EQ(retry_after_ms, 500u);
  host.advance(500ms);
  EXPECT_EQ(request(), CLAIF_OK);
}

TEST_F(RateLimit, TheBurstDefaultsToAMinutesWorth) {
  create(R"({"requests_per_minute":3})");
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(request(), CLAIF_OK);
  EXPECT_EQ(request(), CLAIF_E_RATE);
}

TEST_F(RateLimit, AllowsRatesBelowOneAMinute) {
  create(R"({"requests_per_minute":0.5})");
  EXPECT_EQ(request(), CLAIF_OK);
  EXPECT_EQ(request(), CLAIF_E_RATE);
  EXPECT_EQ(retry_after_ms, 120'000u);
}

TEST_F(RateLimit, CountsEachTenantByItself) {
  create(R"({"requests_per_minute":1})");
  EXPECT_EQ(request({.tenant = "a", .session = "1"}), CLAIF_OK);
  EXPECT_EQ(request({.tenant = "b", .session = "1"}), CLAIF_OK);
  EXPECT_EQ(request({.tenant = "a", .session = "2"}), CLAIF_E_RATE);
}

TEST_F(RateLimit, CountsPerSessionPerModelOrGlobally) {
  create(R"({"requests_per_minute":1,"per":"session"})");
  EXPECT_EQ(request({.session = "1"}), CLAIF_OK);
  EXPECT_EQ(request({.session = "2"}), CLAIF_OK);
  EXPECT_EQ(request({.session = "1"}), CLAIF_E_RATE);
  create(R"({"requests_per_minute":1,"per":"model"})");
  EXPECT_EQ(request({.model = "opus"}), CLAIF_OK);
  EXPECT_EQ(request({.model = "haiku"}), CLAIF_OK);
  EXPECT_EQ(request({.model = "opus"}), CLAIF_E_RATE);
  create(R"({"requests_per_minute":1,"per":"global"})");
  EXPECT_EQ(request({.tenant = "a", .session = "1", .model = "opus"}), CLAIF_OK);
  EXPECT_EQ(request({.tenant = "b", .session = "2", .model = "haiku"}), CLAIF_E_RATE);
}

TEST_F(RateLimit, ForgetsTheLeastRecentlyUsedKeyBeyondTheBound) {
  create(R"({"requests_per_minute":1})");
  EXPECT_EQ(request({.tenant = "old"}), CLAIF_OK);
  EXPECT_EQ(request({.tenant = "used"}), CLAIF_OK);
  for (int i = 0; i < 65'534; ++i)
    request({.tenant = std::to_string(i)});
  EXPECT_EQ(request({.tenant = "used"}), CLAIF_E_RATE);
  EXPECT_EQ(request({.tenant = "new"}), CLAIF_OK);
  EXPECT_EQ(request({.tenant = "used"}), CLAIF_E_RATE);
  EXPECT_EQ(request({.tenant = "old"}), CLAIF_OK);
}

TEST_F(RateLimit, RunsInTheRequestPhaseOnly) {
  create(R"({"requests_per_minute":1})");
  EXPECT_EQ(phases(), uint32_t{CLAIF_PHASE_REQUEST});
}

TEST_F(RateLimit, RefusesAConfigurationWithoutALimit) {
  for (const char* config :
       {"{}", R"({"requests_per_minute":0})", R"({"requests_per_minute":-1})",
        R"({"requests_per_minute":1,"burst":0})", R"({"requests_per_minute":1,"per":"user"})"})
    EXPECT_NE(PluginUnderTest(host, config).error(), "") << config;
}

}  // namespace

#include <claif/testing/fake_host.hpp>

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace {

using claif::testing::decide;
using claif::testing::FakeHost;
using claif::testing::PluginUnderTest;
using namespace std::chrono_literals;

// A host whose clock is at that time of the day.
class TimeWindow : public testing::Test {
 protected:
  void set_clock(std::chrono::minutes time_of_day) {
    const auto now = std::chrono::milliseconds(host_.executor.wall_ms()) % 24h;
    const auto until = time_of_day - now;
    host_.advance(until < 0ms ? until + 24h : until);
  }
  FakeHost host_;
};

TEST_F(TimeWindow, AllowsBetweenItsTimes) {
  PluginUnderTest plugin(host_, R"({"from":"08:00","to":"17:30"})");
  ASSERT_EQ(plugin.error(), "");
  set_clock(8h);
  EXPECT_TRUE(decide(plugin, "deploy").allowed());
  set_clock(17h + 29min);
  EXPECT_TRUE(decide(plugin, "deploy").allowed());
  set_clock(17h + 30min);
  const auto verdict = decide(plugin, "deploy");
  EXPECT_TRUE(verdict.denied());
  EXPECT_EQ(verdict.reason, "'deploy' does not run at this hour");
  set_clock(7h + 59min);
  EXPECT_TRUE(decide(plugin, "deploy").denied());
}

TEST_F(TimeWindow, AWindowMayCrossMidnight) {
  PluginUnderTest plugin(host_, R"({"from":"22:00","to":"04:00"})");
  set_clock(23h);
  EXPECT_TRUE(decide(plugin, "backup").allowed());
  set_clock(3h + 59min);
  EXPECT_TRUE(decide(plugin, "backup").allowed());
  set_clock(12h);
  EXPECT_TRUE(decide(plugin, "backup").denied());
}

TEST_F(TimeWindow, SaysNothingOfOtherTools) {
  PluginUnderTest plugin(host_, R"({"from":"08:00","to":"17:00","tools":["deploy"]})");
  set_clock(12h);
  EXPECT_TRUE(decide(plugin, "deploy").allowed());
  EXPECT_EQ(decide(plugin, "read_file").decision, CLAIF_ABSTAIN);
}

TEST_F(TimeWindow, RefusesTimesThatAreNone) {
  for (const char* const from : {"24:00", "8:00", "08:60", "8", "", "08:00x", "-1:00", "+8:00"})
    EXPECT_NE(
        PluginUnderTest(host_, std::string(R"({"from":")") + from + R"(","to":"09:00"})").error(),
        "")
        << from;
  EXPECT_NE(PluginUnderTest(host_, R"({"from":"08:00","to":"08:00"})").error(), "");
  EXPECT_NE(PluginUnderTest(host_, "{}").error(), "");
}

}  // namespace

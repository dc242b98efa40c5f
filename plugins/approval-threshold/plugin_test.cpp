#include <claif/testing/fake_host.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using claif::testing::decide;
using claif::testing::FakeHost;
using claif::testing::PluginUnderTest;

TEST(Threshold, AllowsUpToTheThreshold) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"max_risk":3,"risk":{"read":3,"write":3.5,"bash":9}})");
  ASSERT_EQ(plugin.error(), "");
  const auto read = decide(plugin, "read");
  EXPECT_TRUE(read.allowed());
  EXPECT_EQ(read.risk, 3);
  const auto write = decide(plugin, "write");
  EXPECT_TRUE(write.denied());
  EXPECT_EQ(write.risk, 4);
  EXPECT_TRUE(decide(plugin, "bash").denied());
}

TEST(Threshold, DeniesAToolOfUnknownRisk) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"max_risk":10,"risk":{"read":0}})");
  EXPECT_TRUE(decide(plugin, "mystery").denied());
  EXPECT_TRUE(decide(plugin, "Read").denied());
}

TEST(Threshold, TheDefaultIsForToolsThatLookLikeNoListedOne) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"max_risk":5,"default_risk":2,"risk":{"bash":9,"read":0}})");
  EXPECT_TRUE(decide(plugin, "mystery").allowed());
  EXPECT_TRUE(decide(plugin, "BASH").denied());
  EXPECT_TRUE(decide(plugin, "ba-sh").denied());
  EXPECT_EQ(decide(plugin, "Read").risk, 2);  // not as harmless as the one it looks like
}

TEST(Threshold, RefusesRisksThatAreNone) {
  FakeHost host;
  for (const char* const config :
       {"{}", R"({"max_risk":3,"risk":{"read":-1}})", R"({"max_risk":3,"risk":{"read":11}})",
        R"({"max_risk":3,"risk":{"read":"1"}})", R"({"max_risk":11})", R"({"max_risk":"3"})",
        R"({"max_risk":3,"default_risk":-1})", R"({"max_risk":3,"risk":{"a":1,"a":9}})"})
    EXPECT_NE(PluginUnderTest(host, config).error(), "") << config;
}

}  // namespace

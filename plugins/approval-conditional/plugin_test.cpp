#include <claif/testing/fake_host.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using claif::testing::decide;
using claif::testing::FakeHost;
using claif::testing::PluginUnderTest;

bool allowed(const char* conditions, const char* arguments) {
  FakeHost host;
  PluginUnderTest plugin(host, std::string(R"({"conditions":)") + conditions + "}");
  EXPECT_EQ(plugin.error(), "") << conditions;
  const auto verdict = decide(plugin, "t", arguments);
  EXPECT_TRUE(verdict.allowed() || verdict.denied());
  EXPECT_EQ(verdict.reason.empty(), verdict.allowed());
  return verdict.allowed();
}

TEST(Conditional, BoundsNumbers) {
  const char* const rule = R"({"n":{"min":1,"max":1000}})";
  for (const char* const good :
       {R"({"n":1})", R"({"n":1000})", R"({"n":1000.0})", R"({"n":1,"x":2})"})
    EXPECT_TRUE(allowed(rule, good)) << good;
  for (const char* const bad : {R"({"n":0})", R"({"n":1000.5})", R"({"n":"10"})", R"({"n":true})",
                                R"({"n":null})", R"({"n":[10]})", "{}", R"({"N":10})", "[]", "x"})
    EXPECT_FALSE(allowed(rule, bad)) << bad;
}

TEST(Conditional, ComparesLargeIntegersExactly) {
  const char* const rule = R"({"n":{"max":9007199254740992}})";
  EXPECT_TRUE(allowed(rule, R"({"n":9007199254740992})"));
  EXPECT_FALSE(allowed(rule, R"({"n":9007199254740993})"));
  EXPECT_FALSE(allowed(rule, R"({"n":18446744073709551615})"));
  EXPECT_TRUE(allowed(rule, R"({"n":-9223372036854775808})"));
}

TEST(Conditional, TakesAllowedValuesOnly) {
  const char* const rule = R"({"mode":{"allowed":["r",1,null]}})";
  for (const char* const good :
       {R"({"mode":"r"})", R"({"mode":1})", R"({"mode":1.0})", R"({"mode":null})"})
    EXPECT_TRUE(allowed(rule, good)) << good;
  for (const char* const bad : {R"({"mode":"R"})", R"({"mode":"r "})", R"({"mode":"1"})",
                                R"({"mode":["r"]})", R"({"mode":true})", "{}"})
    EXPECT_FALSE(allowed(rule, bad)) << bad;
}

TEST(Conditional, AnArgumentMayBeOptional) {
  const char* const rule = R"({"n":{"max":3,"required":false},"p":{"required":true}})";
  EXPECT_TRUE(allowed(rule, R"({"p":0})"));
  EXPECT_FALSE(allowed(rule, R"({"p":0,"n":4})"));
  EXPECT_FALSE(allowed(rule, R"({"n":1})"));
}

TEST(Conditional, NoConditionsDeny) {
  EXPECT_FALSE(allowed("{}", R"({"n":1})"));
}

TEST(Conditional, SaysNothingOfOtherTools) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tools":["pay"],"conditions":{"n":{"max":3}}})");
  EXPECT_EQ(decide(plugin, "read", R"({"n":1})").decision, CLAIF_ABSTAIN);
  EXPECT_TRUE(decide(plugin, "pay", R"({"n":1})").allowed());
}

TEST(Conditional, RefusesConditionsThatAreNone) {
  FakeHost host;
  for (const char* const conditions :
       {R"({"n":{}})", R"({"n":{"min":"1"}})", R"({"n":{"allowed":[]}})", R"({"n":{"least":1}})",
        R"({"n":{"min":2,"max":1}})", R"({"n":3})", "[]"})
    EXPECT_NE(PluginUnderTest(host, std::string(R"({"conditions":)") + conditions + "}").error(),
              "")
        << conditions;
}

}  // namespace

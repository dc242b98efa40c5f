#include <claif/testing/fake_host.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using claif::testing::decide;
using claif::testing::FakeHost;
using claif::testing::PluginUnderTest;

TEST(DenyAll, DeniesEveryToolAndNamesIt) {
  FakeHost host;
  PluginUnderTest plugin(host);
  ASSERT_EQ(plugin.error(), "");
  const auto verdict = decide(plugin, "bash");
  EXPECT_EQ(verdict.decision, CLAIF_DENY);
  EXPECT_EQ(verdict.reason, "deny-all denies every tool, also 'bash'");
}

TEST(DenyAll, RefusesAnyConfiguration) {
  FakeHost host;
  EXPECT_NE(PluginUnderTest(host, R"({"tools":[]})").error(), "");
}

}  // namespace

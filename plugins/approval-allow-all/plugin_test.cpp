#include <claif/testing/fake_host.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using claif::testing::decide;
using claif::testing::FakeHost;
using claif::testing::PluginUnderTest;

TEST(AllowAll, AllowsEveryTool) {
  FakeHost host;
  PluginUnderTest plugin(host);
  ASSERT_EQ(plugin.error(), "");
  EXPECT_EQ(decide(plugin, "bash").decision, CLAIF_ALLOW);
  EXPECT_EQ(decide(plugin, "").decision, CLAIF_ALLOW);
}

TEST(AllowAll, RefusesAnyConfiguration) {
  FakeHost host;
  EXPECT_NE(PluginUnderTest(host, R"({"tools":[]})").error(), "");
}

}  // namespace

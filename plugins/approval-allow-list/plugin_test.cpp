#include <claif/testing/fake_host.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using claif::testing::decide;
using claif::testing::FakeHost;
using claif::testing::PluginUnderTest;

TEST(AllowList, AllowsWhatIsListed) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tools":["read_file","search_files"]})");
  ASSERT_EQ(plugin.error(), "");
  EXPECT_EQ(decide(plugin, "read_file").decision, CLAIF_ALLOW);
  EXPECT_EQ(decide(plugin, "search_files").decision, CLAIF_ALLOW);
}

TEST(AllowList, DeniesTheRestAndNamesTheTool) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tools":["read_file"]})");
  const auto verdict = decide(plugin, "bash");
  EXPECT_EQ(verdict.decision, CLAIF_DENY);
  EXPECT_EQ(verdict.reason, "'bash' is not on the allow list");
}

TEST(AllowList, ComparesByteForByte) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tools":["read_file"]})");
  for (const std::string_view tool :
       {std::string_view("Read_file"), std::string_view("read_file "),
        std::string_view("read_file\0", 10), std::string_view("read"), std::string_view("")})
    EXPECT_EQ(decide(plugin, tool).decision, CLAIF_DENY) << tool;
}

TEST(AllowList, AnEmptyListDeniesEverything) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tools":[]})");
  ASSERT_EQ(plugin.error(), "");
  EXPECT_EQ(decide(plugin, "read_file").decision, CLAIF_DENY);
  EXPECT_EQ(decide(plugin, "").decision, CLAIF_DENY);
}

TEST(AllowList, RefusesAConfigurationWithoutAList) {
  FakeHost host;
  for (const char* config :
       {"{}", R"({"tools":"read_file"})", R"({"tools":[1]})", R"({"tools":[],"x":1})"})
    EXPECT_NE(PluginUnderTest(host, config).error(), "") << config;
}

}  // namespace

#include <claif/testing/fake_host.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using claif::testing::decide;
using claif::testing::FakeHost;
using claif::testing::PluginUnderTest;

TEST(DenyList, DeniesWhatReadsLikeAListedName) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tools":["bash","Delete_File","ｅval","stra\u00dfe"]})");
  ASSERT_EQ(plugin.error(), "");
  for (const char* const tool : {"bash", "BASH", "ba-sh", "b_a.s:h", "ｂａｓｈ", "delete_file",
                                 "deleteFile", "DELETE-FILE", "eval", "strasse", "ba\u00adsh"}) {
    const auto verdict = decide(plugin, tool);
    EXPECT_TRUE(verdict.denied()) << tool;
    EXPECT_NE(verdict.reason.find("deny list"), std::string::npos);
  }
}

TEST(DenyList, ComparesWholeNames) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tools":["bash"]})");
  for (const char* const tool : {"bashful_notes", "rebash", "bas", "read_file"})
    EXPECT_TRUE(decide(plugin, tool).allowed()) << tool;
}

TEST(DenyList, ANameThatIsNotUtf8IsNotAllowed) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tools":["bash"]})");
  EXPECT_FALSE(decide(plugin, "b\xFFsh").allowed());
}

TEST(DenyList, RefusesWhatNamesNoTool) {
  FakeHost host;
  for (const char* const config : {"{}", R"({"tools":"bash"})", R"({"tools":[""]})",
                                   R"({"tools":["_-"]})", R"({"tools":[],"x":1})"})
    EXPECT_NE(PluginUnderTest(host, config).error(), "") << config;
}

}  // namespace

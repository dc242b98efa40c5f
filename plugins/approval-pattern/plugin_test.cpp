#include <claif/testing/fake_host.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using claif::testing::decide;
using claif::testing::FakeHost;
using claif::testing::PluginUnderTest;

TEST(Pattern, AllowsWhatMatchesWhole) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"mode":"allow","patterns":["read_.*","list_[a-z]+"]})");
  ASSERT_EQ(plugin.error(), "");
  for (const char* const tool : {"read_file", "read_", "list_files"})
    EXPECT_TRUE(decide(plugin, tool).allowed()) << tool;
  for (const char* const tool :
       {"unread_file", "list_files2", "READ_FILE", "read-file", "", "read_file\n"})
    EXPECT_TRUE(decide(plugin, tool).denied() || std::string(tool) == "read_file\n") << tool;
}

TEST(Pattern, DeniesBroadly) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"mode":"deny","patterns":["delete_.*"]})");
  for (const char* const tool : {"delete_file", "DELETE_FILE", "Delete-File", "ｄelete＿file"})
    EXPECT_TRUE(decide(plugin, tool).denied()) << tool;
  for (const char* const tool : {"undelete", "undelete_file", "delete", "read_file"})
    EXPECT_TRUE(decide(plugin, tool).allowed()) << tool;
}

TEST(Pattern, NamesThePatternThatDenied) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"mode":"deny","patterns":["x","rm.*"]})");
  EXPECT_EQ(decide(plugin, "rm_all").reason, "'rm_all' matches the denied pattern 'rm.*'");
}

TEST(Pattern, RefusesPatternsThatItCannotRun) {
  FakeHost host;
  for (const char* const pattern :
       {"(", "(x{1,1000}){1,1000}", "a(?=b)", "(a)\\\\1", "((a{1,99}){1,99}){1,9}"})
    EXPECT_NE(
        PluginUnderTest(host, std::string(R"({"mode":"allow","patterns":[")") + pattern + "\"]}")
            .error(),
        "")
        << pattern;
  for (const char* const config : {R"({"mode":"allow","patterns":[]})", R"({"patterns":["a"]})",
                                   R"({"mode":"both","patterns":["a"]})"})
    EXPECT_NE(PluginUnderTest(host, config).error(), "") << config;
}

}  // namespace

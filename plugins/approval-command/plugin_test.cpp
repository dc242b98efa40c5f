#include <claif/testing/fake_host.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

using claif::testing::decide;
using claif::testing::FakeHost;
using claif::testing::PluginUnderTest;

class Command : public testing::Test {
 protected:
  Command() {
    std::string name = (fs::temp_directory_path() / "claif-command-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    root_ = fs::canonical(name);
    fs::create_directories(root_ / "sub");
    for (const char* const file : {"a.txt", ".env", "sub/b.txt"})
      std::ofstream(root_ / file) << "x";
    fs::create_symlink("/etc/passwd", root_ / "out");
    fs::create_symlink(".env", root_ / "innocent");
  }
  ~Command() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

  std::string why(const std::string& command, const std::string& more = "") {
    FakeHost host;
    PluginUnderTest plugin(
        host, R"({"tool":"bash","arg":"command","root":")" + root_.string() +
                  R"(","rules":[{"argv":["git","status"]},{"argv":["git","log"],"extra":"none"},)"
                  R"({"argv":["ls"],"extra":"operands"},{"argv":["cat"],"extra":"operands"},)"
                  R"({"argv":["echo"],"extra":"operands"}])" +
                  more + "}");
    EXPECT_EQ(plugin.error(), "");
    std::string json = R"({"command":")";
    for (const char c : command)
      (json += c == '\\' || c == '"' ? "\\" : "") += c;
    const auto verdict = decide(plugin, "bash", json + "\"}");
    EXPECT_TRUE(verdict.allowed() || verdict.denied());
    return verdict.allowed() ? "" : verdict.reason + " ";
  }

  fs::path root_;
};

TEST_F(Command, AllowsWhatARuleSays) {
  for (const char* const command :
       {"git status", "'git' st\"atus\"", "git status && git log; ls | cat", "ls", "ls sub a.txt",
        "cat ./a.txt sub/../a.txt", "echo it\\'s '$HOME'", "echo a=b x@y.z", "echo sub/new.txt",
        "ls sub/"})
    EXPECT_EQ(why(command), "") << command;
  EXPECT_EQ(why("cat " + (root_ / "a.txt").string()), "");
}

TEST_F(Command, DeniesWhatNoRuleSays) {
  for (const char* const command :
       {"git", "git push", "git status x", "git -c core.pager=id log", "Git status", "rm a.txt",
        "sudo git status", "./ls", "/bin/ls", "ls -la", "ls --hyperlink=x", "cat a.txt -",
        "git status && rm a.txt", "git status | sh", "env ls", "'' ls"})
    EXPECT_NE(why(command), "") << command;
}

TEST_F(Command, OperandsStayBelowTheRoot) {
  for (const char* const command :
       {"ls ..", "ls /", "cat /etc/passwd", "cat sub/../../x", "cat out", "cat .env", "cat .ENV",
        "cat ./.env", "cat innocent", "cat sub/.git/config", "cat '~/x'", "cat 'sub\\\\..\\\\x'",
        "cat x=/etc/passwd", "cat @/etc/passwd", "cat %2e%2e/x", "ls .git", "cat '$HOME/x'",
        "cat file:///etc/passwd"})
    EXPECT_NE(why(command), "") << command;
}

TEST_F(Command, DeniedWordsAreDeniedInAnySpelling) {
  const std::string more = R"(,"deny_words":["RM"])";
  EXPECT_EQ(why("echo a", more), "");
  for (const char* const command : {"echo r''m", "echo Rm", "echo \xEF\xBD\x92m", "echo sub/rm"})
    EXPECT_NE(why(command, more).find("denied word"), std::string::npos) << command;
}

TEST_F(Command, SaysNothingOfOtherToolsAndNeedsItsArgument) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tool":"bash","arg":"command","rules":[{"argv":["ls"]}]})");
  ASSERT_EQ(plugin.error(), "");
  EXPECT_EQ(decide(plugin, "read", R"({"command":"ls"})").decision, CLAIF_ABSTAIN);
  EXPECT_TRUE(decide(plugin, "bash", R"({"command":"ls"})").allowed());
  for (const char* const args :
       {"{}", R"({"command":["ls"]})", R"({"Command":"ls"})", R"({"command":null})"})
    EXPECT_TRUE(decide(plugin, "bash", args).denied()) << args;
}

TEST_F(Command, RefusesRulesThatCannotBeJudged) {
  FakeHost host;
  for (const char* const rules :
       {R"([{"argv":["ls"],"extra":"operands"}])", R"([{"argv":[]}])", R"([{"argv":["/bin/ls"]}])",
        R"([{"argv":["-x"]}])", R"([{"argv":["ls"],"extra":"any"}])", R"([{"argv":"ls"}])", "{}"})
    EXPECT_NE(PluginUnderTest(
                  host, std::string(R"({"tool":"bash","arg":"command","rules":)") + rules + "}")
                  .error(),
              "")
        << rules;
}

}  // namespace

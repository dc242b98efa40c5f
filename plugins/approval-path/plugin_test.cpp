#include <claif/testing/fake_host.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace {

namespace fs = std::filesystem;

using claif::testing::decide;
using claif::testing::FakeHost;
using claif::testing::PluginUnderTest;

// A root with a few files, and a place beside it.
class Path : public testing::Test {
 protected:
  Path() {
    std::string name = (fs::temp_directory_path() / "claif-path-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    base_ = fs::canonical(name);
    root_ = base_ / "ws";
    file(root_ / "a.txt");
    file(root_ / "sub/b.txt");
    file(root_ / "sub/.env");
    file(root_ / "100%.txt");
    file(base_ / "ws-evil/x");
    file(base_ / "secret");
  }
  ~Path() override {
    std::error_code ignored;
    fs::remove_all(base_, ignored);
  }

  static void file(const fs::path& path) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "x";
  }
  std::string config(const std::string& access, const std::string& more = "") const {
    return R"({"tools":["f"],"args":["path"],"access":")" + access + R"(","root":")" +
           root_.string() + "\"" + more + "}";
  }
  std::string why(const std::string& path,
                  const std::string& access = "read",
                  const std::string& more = "") {
    FakeHost host;
    PluginUnderTest plugin(host, config(access, more));
    EXPECT_EQ(plugin.error(), "");
    std::string json = R"({"path":")";
    for (const char c : path)
      (json += c == '\\' || c == '"' ? "\\" : "") += c;
    const auto verdict = decide(plugin, "f", json + "\"}");
    EXPECT_TRUE(verdict.allowed() || verdict.denied());
    return verdict.allowed() ? "" : verdict.reason + " ";
  }
  bool reads(const std::string& path, const std::string& more = "") {
    return why(path, "read", more).empty();
  }
  bool writes(const std::string& path) { return why(path, "write").empty(); }

  fs::path base_, root_;
};

TEST_F(Path, AllowsFilesBelowTheRoot) {
  for (const std::string& path :
       {std::string("a.txt"), std::string("./sub/../a.txt"), std::string("sub//b.txt"),
        std::string("100%.txt"), (root_ / "a.txt").string(), (root_ / "sub/../a.txt").string()})
    EXPECT_EQ(why(path), "") << path;
}

TEST_F(Path, DeniesWhatLeavesTheRoot) {
  for (const std::string& path :
       {std::string("../secret"), std::string("sub/../../secret"), std::string("/etc/passwd"),
        (base_ / "ws-evil/x").string(), (root_ / "../secret").string(),
        std::string("/proc/self/root/etc/passwd"), std::string(".."), std::string("/"),
        base_.string()})
    EXPECT_FALSE(reads(path)) << path;
}

TEST_F(Path, DeniesTextThatOthersReadDifferently) {
  for (const char* const path : {"",
                                 " a.txt",
                                 "~/a.txt",
                                 "$HOME/a.txt",
                                 "file:a.txt",
                                 "https://x/a.txt",
                                 "sub\\b.txt",
                                 "a.txt\t",
                                 "%2e%2e/secret",
                                 "..%2fsecret",
                                 "%252e%252e%252fsecret",
                                 "sub%2fb.txt",
                                 "sub%5cb.txt",
                                 "a.txt%00",
                                 "\xEF\xBC\x8E\xEF\xBC\x8E/secret",
                                 "sub\xEF\xBC\x8F"
                                 "b.txt",
                                 "a\xE2\x80\x8B.txt",
                                 "\xE2\x80\xAE"
                                 "a.txt",
                                 "a\xFF.txt",
                                 ".../a.txt",
                                 ". ./a.txt",
                                 "%7e/a.txt"})
    EXPECT_FALSE(reads(path)) << path;
  EXPECT_FALSE(reads(std::string(2100, '.') + std::string(2100, '/')));
}

TEST_F(Path, DeniesWhatIsProtectedInAnySpelling) {
  for (const char* const path :
       {"sub/.env", "./sub/./.env", "sub/.ENV", "sub/.env.", "sub/.env ", "sub/.en%76",
        "sub/\xEF\xBC\x8E"
        "env"})
    EXPECT_NE(why(path, "write").find("protected"), std::string::npos) << path;
  for (const char* const path :
       {".git", ".git/hooks/pre-commit", "x/.GIT/config", ".claude/settings.json", ".mcp.json",
        ".env.local", ".bashrc", ".ssh/authorized_keys"})
    EXPECT_FALSE(writes(path)) << path;
  EXPECT_TRUE(writes(".gitignore"));
  EXPECT_TRUE(writes("env.txt"));
  EXPECT_TRUE(reads("sub/.env", R"(,"protect":false)"));
  EXPECT_FALSE(reads("sub/b.txt", R"(,"deny":["SUB/?.t*"])"));
}

TEST_F(Path, FollowsLinksThatStayBelowTheRoot) {
  fs::create_symlink(root_ / "a.txt", root_ / "absolute");
  fs::create_symlink("sub/../sub/b.txt", root_ / "relative");
  fs::create_directory_symlink("sub", root_ / "dir");
  fs::create_symlink("/etc/passwd", root_ / "out");
  fs::create_directory_symlink("../", root_ / "up");
  fs::create_symlink("loop", root_ / "loop");
  fs::create_symlink("sub/.env", root_ / "innocent.txt");
  for (const char* const path : {"absolute", "relative", "dir/b.txt"})
    EXPECT_EQ(why(path), "") << path;
  for (const char* const path :
       {"out", "up/secret", "up/ws/a.txt", "loop", "innocent.txt", "dir/.env"})
    EXPECT_FALSE(reads(path)) << path;
}

TEST_F(Path, WritesOnlyFilesWithOneName) {
  EXPECT_TRUE(writes("a.txt"));
  EXPECT_TRUE(writes("new.txt"));
  EXPECT_TRUE(writes("new/dir/file.txt"));
  EXPECT_FALSE(writes("new/../file.txt"));
  EXPECT_FALSE(writes("new/"));
  fs::create_hard_link(base_ / "secret", root_ / "hard");
  EXPECT_FALSE(writes("hard"));
  EXPECT_TRUE(reads("hard"));
}

TEST_F(Path, WantsRegularFiles) {
  ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
  for (const char* const path : {"pipe", "sub", ".", "sub/", "a.txt/", "a.txt/..", "a.txt/x"}) {
    EXPECT_FALSE(reads(path)) << path;
    EXPECT_FALSE(writes(path)) << path;
  }
  EXPECT_FALSE(reads("absent.txt"));
}

TEST_F(Path, EveryNamedArgumentMustBeAPath) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tools":["f"],"args":["from","to"],"access":"read","root":")" +
                                   root_.string() + "\"}");
  EXPECT_TRUE(decide(plugin, "f", R"({"from":"a.txt","to":"sub/b.txt"})").allowed());
  for (const char* const args :
       {R"({"from":"a.txt"})", R"({"from":"a.txt","to":["a.txt"]})",
        R"({"from":"a.txt","to":"../secret"})", R"({"from":null,"to":"a.txt"})"})
    EXPECT_TRUE(decide(plugin, "f", args).denied()) << args;
  EXPECT_EQ(decide(plugin, "g", "{}").decision, CLAIF_ABSTAIN);
}

TEST_F(Path, RefusesARootOrGlobsThatCannotBeUsed) {
  FakeHost host;
  for (const char* const root : {"relative", "/no/such/directory", "/etc/passwd", ""})
    EXPECT_NE(PluginUnderTest(
                  host, std::string(R"({"tools":["f"],"args":["p"],"access":"read","root":")") +
                            root + "\"}")
                  .error(),
              "")
        << root;
  for (const char* const glob : {"a[bc]", "{a,b}", "!a", "", "/"})
    EXPECT_NE(
        PluginUnderTest(host, config("read", std::string(R"(,"deny":[")") + glob + "\"]")).error(),
        "")
        << glob;
}

}  // namespace

// Each way in which a plugin file can be wrong, and what its operator is told.
#include "host_rig.hpp"
#include "plugin/loader.hpp"
#include "plugin/manager.hpp"

#include <cstdlib>
#include <elf.h>

#include <sys/stat.h>

namespace claif::plugin {
namespace {

namespace fs = std::filesystem;
using test::HostRig;
using test::TempDir;
using ::testing::Test;

class BadPlugin : public Test {
 protected:
  BadPlugin() {
    fs::create_directory(plugins(), error_);
    fs::permissions(plugins(), fs::perms::owner_all);
    ::setenv("CLAIF_FIXTURE_MARKER", marker().c_str(), 1);
  }
  ~BadPlugin() override { ::unsetenv("CLAIF_FIXTURE_MARKER"); }

  fs::path plugins() const { return dir_.path() / "plugins"; }
  fs::path marker() const { return dir_.path() / "code-ran"; }
  fs::path staging() const { return dir_.path() / "staging"; }
  bool code_ran() const { return fs::exists(marker()); }
  size_t staged_files() const {
    if (!fs::exists(staging())) return 0;
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(staging()), fs::directory_iterator()));
  }

  static fs::path fixture(const std::string& name) {
    return fs::path(CLAIF_TEST_BAD_PLUGIN_DIR) / (name + ".so");
  }
  fs::path put(const std::string& name, const std::string& as) {
    const fs::path to = plugins() / ("approval-" + as + ".so");
    test::install(fixture(name), to);
    return to;
  }
  fs::path put(const std::string& name) { return put(name, name); }
  void write(const std::string& name, std::string_view bytes) {
    const fs::path to = plugins() / ("approval-" + name + ".so");
    std::ofstream(to, std::ios::binary) << bytes;
    fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write);
  }
  static std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // Why the plugin is refused; empty when it is not.
  std::string refusal(const std::string& use, const std::string& config = "{}") {
    PluginManager manager(rig_.make_services(), {plugins()}, staging(), {});
    const auto made = manager.create(kind_of("approval"), {use, config});
    return made ? "" : made.error().message;
  }
  void expect_refusal(const std::string& use,
                      std::initializer_list<const char*> words,
                      const std::string& config = "{}") {
    const std::string text = refusal(use, config);
    ASSERT_NE(text, "") << use << " was accepted";
    for (const char* word : words)
      EXPECT_NE(text.find(word), std::string::npos) << "'" << word << "' is not in: " << text;
    EXPECT_EQ(staged_files(), 0u) << "a refused file stays staged";
  }

  HostRig rig_;
  TempDir dir_;
  std::error_code error_;
};

TEST_F(BadPlugin, WithoutAnEntryIsRefusedBeforeItsCodeRuns) {
  put("no_entry");
  expect_refusal("no_entry",
                 {"approval-no_entry.so", "no function claif_entry_v1", "CLAIF_PLUGIN"});
  EXPECT_FALSE(code_ran());
}

TEST_F(BadPlugin, WhoseEntryIsDataIsRefused) {
  put("entry_is_data");
  expect_refusal("entry_is_data", {"no function claif_entry_v1", "CLAIF_PLUGIN"});
}

#ifdef CLAIF_TEST_UNIQUE_SYMBOLS
TEST_F(BadPlugin, WithUniqueSymbolsIsRefusedBeforeItsCodeRuns) {
  put("unique_symbols");
  expect_refusal("unique_symbols", {"GNU_UNIQUE", "never be unloaded", "claif_add_plugin"});
  EXPECT_FALSE(code_ran());
}
#endif

TEST_F(BadPlugin, WithRpathIsRefusedBeforeItsCodeRuns) {
  put("has_rpath");
  expect_refusal("has_rpath", {"has a RPATH", "without -rpath"});
  EXPECT_FALSE(code_ran());
}

TEST_F(BadPlugin, WithExecutableStackIsRefusedBeforeItsCodeRuns) {
  put("exec_stack");
  expect_refusal("exec_stack", {"executable stack", "-z noexecstack"});
  EXPECT_FALSE(code_ran());
}

TEST_F(BadPlugin, WhoseEntryThrowsIsRefused) {
  put("entry_throws");
  expect_refusal("entry_throws", {"threw an exception from its entry", "rebuild it"});
}

TEST_F(BadPlugin, OfANewerAbiIsRefused) {
  put("abi_too_new");
  expect_refusal("abi_too_new", {"plugin ABI 2", "newer than this host's 1", "update claif"});
}

TEST_F(BadPlugin, OfAnOlderAbiIsRefused) {
  put("abi_too_old");
  expect_refusal("abi_too_old", {"plugin ABI 0", "older than this host's 1", "rebuild it"});
}

TEST_F(BadPlugin, ThatDeclinesTheHostIsRefused) {
  put("null_entry");
  expect_refusal("null_entry", {"does not work with this host", "get a build for it"});
}

TEST_F(BadPlugin, WithAnIncompleteTableIsRefused) {
  put("incomplete_table");
  expect_refusal("incomplete_table", {"incomplete entry table", "rebuild it"});
}

TEST_F(BadPlugin, WithoutAnIdIsRefused) {
  put("no_id");
  expect_refusal("no_id", {"descriptor without an id", "rebuild it"});
}

TEST_F(BadPlugin, WithAnUndefinedSymbolIsRefusedWithTheLoadersText) {
  put("undefined_symbol");
  expect_refusal("undefined_symbol", {"cannot be loaded", "claif_fixture_defined_nowhere"});
}

TEST_F(BadPlugin, WhoseCreateFailsIsRefusedWithItsOwnText) {
  put("create_fails");
  expect_refusal("create_fails", {"test.create-fails refuses its configuration",
                                  "it is closed on Mondays: come back on Tuesday"});
}

TEST_F(BadPlugin, WhoseCreateThrowsIsRefused) {
  put("create_throws");
  expect_refusal("create_throws",
                 {"test.create-throws", "threw an exception from create", "rebuild it"});
}

TEST_F(BadPlugin, WithTheIdOfAnotherFileIsRefused) {
  const fs::path first = put("duplicate_id_first");
  put("duplicate_id_second");
  Loader loader({plugins()}, staging(), {});
  const auto kept = loader.load("approval", "duplicate_id_first");
  ASSERT_TRUE(kept) << kept.error().message;
  const auto second = loader.load("approval", "duplicate_id_second");
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("'test.duplicate-id'"), std::string::npos);
  EXPECT_NE(second.error().message.find(first.string() + " has already: remove one"),
            std::string::npos)
      << second.error().message;
}

TEST_F(BadPlugin, MayTakeTheIdOfAFileThatIsGone) {
  const fs::path first = put("duplicate_id_first");
  put("duplicate_id_second");
  Loader loader({plugins()}, staging(), {});
  ASSERT_TRUE(loader.load("approval", "duplicate_id_first"));
  fs::remove(first);
  const auto second = loader.load("approval", "duplicate_id_second");
  EXPECT_TRUE(second) << second.error().message;
}

TEST_F(BadPlugin, ConfigurationThatBreaksTheSchemaIsRefusedWithTheKey) {
  put("strict_schema");
  expect_refusal("strict_schema", {"configuration of test.strict-schema", "level"}, "{}");
  expect_refusal("strict_schema", {"level", "at most 9"}, R"({"level": 10})");
  expect_refusal("strict_schema", {"configuration of test.strict-schema", "'levle'"},
                 R"({"level": 1, "levle": 2})");
  EXPECT_EQ(refusal("strict_schema", R"({"level": 3})"), "");
}

TEST_F(BadPlugin, WithABrokenSchemaIsRefused) {
  put("broken_schema");
  expect_refusal("broken_schema", {"test.broken-schema", "its own JSON Schema is broken"});
}

TEST_F(BadPlugin, ThatNeedsAnAbsentServiceIsRefused) {
  put("needs_absent_service");
  expect_refusal("needs_absent_service",
                 {"test.needs-absent-service", "'com.example.teleport/1'", "does not offer"});
}

TEST_F(BadPlugin, OfAnotherKindIsRefused) {
  put("wrong_kind");
  expect_refusal("wrong_kind", {"test.wrong-kind offers no claif.approval/1", "of that kind"});
}

TEST_F(BadPlugin, ThatIsCutOffIsRefusedAtEveryLength) {
  const std::string whole = read(fixture("no_id"));
  for (size_t size = whole.size() - 1; size > 8; size = size * 3 / 4) {
    write("cut", std::string_view(whole).substr(0, size));
    expect_refusal("cut", {"is cut off", "copy the file again"});
  }
}

TEST_F(BadPlugin, ThatIsNoElfFileIsRefused) {
  write("script", "#!/bin/sh\nexit 0\n");
  expect_refusal("script", {"is not an ELF file", "claif_add_plugin"});
}

TEST_F(BadPlugin, ThatIsEmptyIsRefused) {
  write("empty", "");
  expect_refusal("empty", {"is empty"});
}

TEST_F(BadPlugin, OfAnotherMachineIsRefused) {
  std::string bytes = read(fixture("no_id"));
  bytes[offsetof(Elf64_Ehdr, e_machine)] = static_cast<char>(EM_S390);
  bytes[offsetof(Elf64_Ehdr, e_machine) + 1] = 0;
  write("other_machine", bytes);
  expect_refusal("other_machine", {"built for another machine", "rebuild it"});
}

TEST_F(BadPlugin, ThatIsNoSharedLibraryIsRefused) {
  std::string bytes = read(fixture("no_id"));
  bytes[offsetof(Elf64_Ehdr, e_type)] = ET_REL;
  write("object", bytes);
  expect_refusal("object", {"is no shared library", "claif_add_plugin"});
}

TEST_F(BadPlugin, ThatOthersCanWriteIsRefusedBeforeItsCodeRuns) {
  const fs::path file = put("no_entry", "writable");
  fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
  expect_refusal("writable", {"can be written by others", "chmod go-w"});
  fs::permissions(file, fs::perms::others_write, fs::perm_options::remove);
  fs::permissions(file, fs::perms::group_write, fs::perm_options::add);
  expect_refusal("writable", {"can be written by others"});
  EXPECT_FALSE(code_ran());
}

TEST_F(BadPlugin, InADirectoryThatOthersCanWriteIsRefused) {
  put("no_entry");
  fs::permissions(plugins(), fs::perms::others_write, fs::perm_options::add);
  expect_refusal("no_entry", {"plugins can be written by others", "chmod go-w"});
  EXPECT_FALSE(code_ran());
}

TEST_F(BadPlugin, BelowADirectoryThatOthersCanWriteIsRefused) {
  put("no_entry");
  fs::permissions(dir_.path(), fs::perms::others_write, fs::perm_options::add);
  expect_refusal("no_entry", {dir_.path().c_str(), "can be written by others"});
}

TEST_F(BadPlugin, BehindASymbolicLinkIsRefused) {
  const fs::path file = put("no_entry", "target");
  fs::create_symlink(file, plugins() / "approval-link.so");
  expect_refusal("link", {"approval-link.so is a symbolic link", "put the file itself"});
}

TEST_F(BadPlugin, BehindADanglingLinkIsRefused) {
  fs::create_symlink(dir_.path() / "nothing", plugins() / "approval-dangling.so");
  expect_refusal("dangling", {"is a symbolic link"});
}

TEST_F(BadPlugin, InALinkedDirectoryIsRefusedWithTheRealName) {
  put("no_entry");
  fs::create_directory_symlink(plugins(), dir_.path() / "alias");
  Loader loader({dir_.path() / "alias"}, staging(), {});
  const auto refused = loader.load("approval", "no_entry");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("alias is a symbolic link: name the real directory " +
                                         plugins().string()),
            std::string::npos)
      << refused.error().message;
}

TEST_F(BadPlugin, WithAnotherHardLinkIsRefused) {
  const fs::path file = put("no_entry", "linked");
  fs::create_hard_link(file, dir_.path() / "other-name");
  expect_refusal("linked", {"other hard links", "copy it instead"});
}

TEST_F(BadPlugin, ThatIsADirectoryOrAPipeIsRefused) {
  fs::create_directory(plugins() / "approval-folder.so");
  expect_refusal("folder", {"is not a regular file"});
  ASSERT_EQ(::mkfifo((plugins() / "approval-pipe.so").c_str(), 0600), 0);
  expect_refusal("pipe", {"is not a regular file"});
}

TEST_F(BadPlugin, OfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const fs::path file = put("no_entry", "foreign");
  ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0);
  expect_refusal("foreign", {"belongs to another user", "chown"});
}

TEST_F(BadPlugin, NamedByAPathIsRefused) {
  expect_refusal("../escape", {"is a path", "--plugin-dir"});
  expect_refusal("/etc/passwd", {"is a path"});
}

TEST_F(BadPlugin, ThatDoesNotExistIsRefusedWithThePlacesSearched) {
  expect_refusal("nowhere", {"no plugin approval-nowhere.so", plugins().c_str()});
  Loader loader({}, staging(), {});
  EXPECT_NE(loader.load("approval", "x").error().message.find("none is configured"),
            std::string::npos);
}

TEST_F(BadPlugin, IsNotStagedWhereOthersCouldChangeIt) {
  put("strict_schema");
  fs::create_directory(staging());
  fs::permissions(staging(), fs::perms::owner_all | fs::perms::others_write);
  expect_refusal("strict_schema", {"not staged", "chmod 700"}, R"({"level": 3})");
  fs::remove(staging());
  fs::create_directory(dir_.path() / "elsewhere");
  fs::create_directory_symlink(dir_.path() / "elsewhere", staging());
  expect_refusal("strict_schema", {"not staged", "not a directory"}, R"({"level": 3})");
}

TEST_F(BadPlugin, IsNamedByScanAndExplainWithItsReason) {
  put("no_entry");
  put("strict_schema");
  Loader loader({plugins()}, staging(), {});
  const auto findings = loader.scan();
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].name, "approval-no_entry");
  EXPECT_NE(findings[0].refusal.find("claif_entry_v1"), std::string::npos);
  EXPECT_EQ(findings[1].id, "test.strict-schema");
  EXPECT_EQ(findings[1].refusal, "");
  EXPECT_EQ(findings[1].provides, std::vector<std::string>{CLAIF_APPROVAL_ID});
  EXPECT_EQ(loader.explain("test.strict-schema").name, "approval-strict_schema");
  EXPECT_NE(loader.explain("nothing").refusal.find("'nothing'"), std::string::npos);
  EXPECT_EQ(staged_files(), 0u) << "nothing holds what scan loaded";
  EXPECT_FALSE(code_ran());
}

}  // namespace
}  // namespace claif::plugin

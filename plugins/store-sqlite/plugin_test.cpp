// What store-sqlite does beyond what all stores do (tests/stores).
#include <claif/testing/fake_host.hpp>

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using claif::testing::FakeHost;
using claif::testing::FakeOp;
using claif::testing::PluginUnderTest;

class SqliteStore : public ::testing::Test {
 protected:
  SqliteStore() {
    std::string name = (fs::temp_directory_path() / "claif-store-XXXXXX").string();
    root = ::mkdtemp(name.data());
    dir = root / "sessions";
  }
  ~SqliteStore() override { fs::remove_all(root); }

  std::string config(const std::string& more = "") const {
    return R"({"min_free":0,"dir":")" + dir.string() + "\"" + more + "}";
  }
  claif_status append(PluginUnderTest& plugin, std::string_view session) {
    FakeOp op;
    plugin.iface<claif_store_v1>()->append(plugin.self(), claif::sdk::str(session), CLAIF_SEQ_ANY,
                                           claif::sdk::str(R"({"x":1})"), op.raw());
    text = op.error_text();
    return op.status();
  }
  size_t records(PluginUnderTest& plugin, std::string_view session) {
    FakeOp op;
    plugin.iface<claif_store_v1>()->load(plugin.self(), claif::sdk::str(session), op.raw());
    text = op.error_text();
    return op.items(CLAIF_EMIT_RECORD).size();
  }

  FakeHost host;
  fs::path root, dir;
  std::string text;
};

TEST_F(SqliteStore, KeepsEverythingPrivate) {
  PluginUnderTest plugin(host, config());
  ASSERT_EQ(plugin.error(), "");
  ASSERT_EQ(append(plugin, "s"), CLAIF_OK) << text;
  for (const auto& entry : fs::recursive_directory_iterator(dir)) {
    struct stat info {};
    ASSERT_EQ(::stat(entry.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0077u, 0u) << entry.path();
  }
  EXPECT_EQ(plugin.iface<claif_store_v1>()->flags & CLAIF_IFACE_BLOCKING,
            uint32_t{CLAIF_IFACE_BLOCKING});
}

TEST_F(SqliteStore, SaysBusyWhileAnotherProcessWrites) {
  PluginUnderTest plugin(host, config(R"(,"lock_timeout":0)"));
  ASSERT_EQ(append(plugin, "s"), CLAIF_OK) << text;
  const int fd = ::open((dir / "sessions.lock").c_str(), O_RDWR | O_CLOEXEC);
  struct flock whole {};
  whole.l_type = F_WRLCK;
  ASSERT_EQ(::fcntl(fd, F_OFD_SETLK, &whole), 0);
  EXPECT_EQ(append(plugin, "s"), CLAIF_E_UNAVAILABLE);
  EXPECT_NE(text.find("busy"), std::string::npos);
  EXPECT_EQ(records(plugin, "s"), 1u);  // reading goes on
  ::close(fd);
  EXPECT_EQ(append(plugin, "s"), CLAIF_OK);
}

TEST_F(SqliteStore, KeepsTheLogOfChangesShort) {
  PluginUnderTest plugin(host, config());
  for (int i = 0; i < 600; ++i)
    ASSERT_EQ(append(plugin, "s" + std::to_string(i % 50)), CLAIF_OK) << text;
  EXPECT_LE(fs::file_size(dir / "sessions.sqlite-wal"), 1'100u * 4'200u);
}

TEST_F(SqliteStore, BacksUpEachHourAndRestoresASessionFromThere) {
  PluginUnderTest plugin(host, config());
  for (int i = 0; i < 6; ++i) {
    ASSERT_EQ(append(plugin, "s"), CLAIF_OK) << text;
    host.advance(1h);
  }
  EXPECT_EQ(append(plugin, "other"), CLAIF_OK);
  const auto kept = std::distance(fs::directory_iterator(dir / "backups"), {});
  EXPECT_GE(kept, 3);
  EXPECT_LE(kept, 4);
  const auto table = plugin.iface<claif_store_v1>();
  FakeOp erase, maintain, restore;
  table->erase(plugin.self(), claif::sdk::str("s"), erase.raw());
  table->maintain(plugin.self(), 0, maintain.raw());
  EXPECT_EQ(records(plugin, "s"), 0u);
  table->restore(plugin.self(), claif::sdk::str("s"), CLAIF_RESTORE_BACKUP, restore.raw());
  EXPECT_EQ(restore.status(), CLAIF_OK) << restore.error_text();
  EXPECT_EQ(records(plugin, "s"), 6u) << text;
}

TEST_F(SqliteStore, RefusesWhenTheDiskIsNearlyFull) {
  PluginUnderTest plugin(host, R"({"min_free":"1000000000GiB","dir":")" + dir.string() + "\"}");
  EXPECT_EQ(append(plugin, "s"), CLAIF_E_UNAVAILABLE);
  EXPECT_TRUE(text.starts_with("disk full")) << text;
}

TEST_F(SqliteStore, SaysWhatIsWrongWithItsDirectoryOrItsFile) {
  for (const char* bad :
       {"{}", R"({"dir":""})", R"({"dir":"/proc/no/way"})", R"({"dir":"/tmp","x":1})"})
    EXPECT_NE(PluginUnderTest(host, bad).error(), "") << bad;
  fs::create_directories(dir);
  fs::permissions(dir, fs::perms::owner_all);
  std::ofstream(dir / "sessions.sqlite") << std::string(10'000, 'x');
  EXPECT_NE(PluginUnderTest(host, config()).error().find("SQLite"), std::string::npos);
}

}  // namespace

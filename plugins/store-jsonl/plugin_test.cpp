#include <claif/testing/fake_host.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using claif::testing::FakeHost;
using claif::testing::FakeOp;
using claif::testing::PluginUnderTest;
using Records = std::vector<std::string>;

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void spill(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Changes one byte inside line `number`, counted from 1.
void damage_line_of(const fs::path& path, int number) {
  std::string bytes = slurp(path);
  size_t at = 0;
  for (int i = 1; i < number; ++i)
    at = bytes.find('\n', at) + 1;
  bytes[bytes.find('}', at) - 1] ^= 1;
  spill(path, bytes);
}

// One instance of the plugin.
class Store {
 public:
  Store(FakeHost& host, const fs::path& dir, const std::string& more = "")
      : plugin_(host, R"({"min_free":0,"dir":")" + dir.string() + "\"" + more + "}") {
    EXPECT_EQ(plugin_.error(), "");
    table_ = plugin_.iface<claif_store_v1>();
  }
  claif_status append(std::string_view session, uint64_t expect, std::string_view record) {
    FakeOp op;
    table_->append(plugin_.self(), claif::sdk::str(session), expect, claif::sdk::str(record),
                   op.raw());
    return ended(op);
  }
  claif_status load(std::string_view session) {
    FakeOp op;
    table_->load(plugin_.self(), claif::sdk::str(session), op.raw());
    records = op.items(CLAIF_EMIT_RECORD);
    return ended(op);
  }
  claif_status erase(std::string_view session) {
    FakeOp op;
    table_->erase(plugin_.self(), claif::sdk::str(session), op.raw());
    return ended(op);
  }
  claif_status list(std::string_view cursor, uint32_t limit) {
    FakeOp op;
    table_->list(plugin_.self(), claif::sdk::str(cursor), limit, op.raw());
    items = op.items(CLAIF_EMIT_ITEM);
    return ended(op);
  }
  const claif_store_v1& table() const { return *table_; }
  void* self() const { return plugin_.self(); }

  Records records, items;
  std::string text, value;

 private:
  claif_status ended(const FakeOp& op) {
    EXPECT_EQ(op.finish_count(), 1u);
    text = op.error_text();
    value = op.value().value_or("");
    return op.status();
  }

  PluginUnderTest plugin_;
  const claif_store_v1* table_ = nullptr;
};

class JsonlStore : public ::testing::Test {
 protected:
  JsonlStore() {
    std::string name = (fs::temp_directory_path() / "claif-store-XXXXXX").string();
    root = ::mkdtemp(name.data());
    dir = root / "sessions";
  }
  ~JsonlStore() override { fs::remove_all(root); }

  fs::path file(const std::string& session = "s") const { return dir / (session + ".jsonl"); }
  // A session with the records {"n":1} ... {"n":count}.
  void fill(int count) {
    Store store(host, dir);
    for (int i = 1; i <= count; ++i)
      ASSERT_EQ(store.append("s", static_cast<uint64_t>(i - 1), record(i)), CLAIF_OK) << store.text;
  }
  static std::string record(int i) { return R"({"n":)" + std::to_string(i) + "}"; }
  std::vector<fs::path> files_with(const std::string& part) const {
    std::vector<fs::path> out;
    for (const auto& entry : fs::recursive_directory_iterator(dir))
      if (entry.path().filename().string().find(part) != std::string::npos)
        out.push_back(entry.path());
    return out;
  }
  void damage_line(int number) const { damage_line_of(file(), number); }

  FakeHost host;
  fs::path root, dir;
};

TEST_F(JsonlStore, ReturnsRecordsByteForByte) {
  Store store(host, dir);
  const Records records{R"({"a": "x\ny ü € \u0000", "b" : [1.0, 1e5 ] })", "{}",
                        R"({"msgs":{"r":"}}"}})"};
  for (const std::string& r : records)
    EXPECT_EQ(store.append("s", CLAIF_SEQ_ANY, r), CLAIF_OK) << store.text;
  EXPECT_EQ(store.value, "3");
  EXPECT_EQ(store.load("s"), CLAIF_OK);
  EXPECT_EQ(store.records, records);
}

TEST_F(JsonlStore, WritesTheDocumentedFormat) {
  fill(2);
  const std::string bytes = slurp(file());
  EXPECT_TRUE(bytes.starts_with(R"({"claif":"session-log","v":1,"session":"s","ts":)"));
  const std::string first = bytes.substr(bytes.find('\n') + 1);
  EXPECT_TRUE(first.starts_with(R"({"c":")"));
  EXPECT_EQ(first.substr(14, 14), R"(","r":{"seq":1)");
  EXPECT_NE(first.find(R"("msgs":{"n":1}}})"), std::string::npos);
  EXPECT_TRUE(bytes.ends_with("\n"));
}

TEST_F(JsonlStore, AppendsOnlyAtTheExpectedNumber) {
  fill(2);
  Store store(host, dir);
  for (const uint64_t wrong : {0, 1, 3})
    EXPECT_EQ(store.append("s", wrong, "{}"), CLAIF_E_CONFLICT) << wrong;
  EXPECT_EQ(store.append("new", 1, "{}"), CLAIF_E_CONFLICT);
  EXPECT_EQ(store.load("new"), CLAIF_E_NOT_FOUND);
  EXPECT_EQ(store.append("s", 2, "{}"), CLAIF_OK);
  EXPECT_EQ(store.append("new", 0, "{}"), CLAIF_OK);
}

TEST_F(JsonlStore, KnowsNoSessionThatWasNeverWritten) {
  Store store(host, dir);
  EXPECT_EQ(store.load("s"), CLAIF_E_NOT_FOUND);
  EXPECT_EQ(store.erase("s"), CLAIF_E_NOT_FOUND);
  EXPECT_TRUE(fs::is_empty(dir));
}

TEST_F(JsonlStore, RefusesOtherSessionIds) {
  Store store(host, dir);
  for (const std::string& id :
       {std::string(), std::string("../s"), std::string("a/b"), std::string("a.b"),
        std::string("ü"), std::string(65, 'a'), std::string("a\0b", 3)}) {
    EXPECT_EQ(store.append(id, 0, "{}"), CLAIF_E_ARG) << id;
    EXPECT_EQ(store.load(id), CLAIF_E_ARG);
    EXPECT_EQ(store.erase(id), CLAIF_E_ARG);
  }
  EXPECT_EQ(store.append(std::string(64, 'a'), 0, "{}"), CLAIF_OK);
}

TEST_F(JsonlStore, RefusesRecordsThatAreNoObjectOnOneLine) {
  Store store(host, dir);
  for (const char* record : {"", "[]", "{\n}", "{} "})
    EXPECT_EQ(store.append("s", 0, record), CLAIF_E_ARG);
}

TEST_F(JsonlStore, ContinuesAfterReopening) {
  fill(3);
  Store store(host, dir);
  EXPECT_EQ(store.append("s", 3, record(4)), CLAIF_OK);
  EXPECT_EQ(store.load("s"), CLAIF_OK);
  EXPECT_EQ(store.records, (Records{record(1), record(2), record(3), record(4)}));
}

TEST_F(JsonlStore, TwoInstancesTakeTurns) {
  Store a(host, dir), b(host, dir);
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ((i % 3 == 0 ? a : b).append("s", static_cast<uint64_t>(i), record(i)), CLAIF_OK) << i;
  EXPECT_EQ(a.append("s", 19, "{}"), CLAIF_E_CONFLICT);
  EXPECT_EQ(a.load("s"), CLAIF_OK);
  EXPECT_EQ(a.records.size(), 20u);
}

TEST_F(JsonlStore, ManyThreadsLoseNothing) {
  Store a(host, dir, R"(,"lock_timeout":"60s")"), b(host, dir, R"(,"lock_timeout":"60s")");
  std::vector<std::thread> threads;
  for (Store* store : {&a, &b})
    threads.emplace_back([store] {
      for (int i = 0; i < 25; ++i)
        EXPECT_EQ(store->append("s", CLAIF_SEQ_ANY, record(i)), CLAIF_OK) << store->text;
    });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(a.load("s"), CLAIF_OK);
  EXPECT_EQ(a.records.size(), 50u);
}

TEST_F(JsonlStore, SaysBusyWhileAnotherProcessHoldsTheSession) {
  fill(1);
  const int fd = ::open((dir / "s.lock").c_str(), O_RDWR | O_CLOEXEC);
  struct flock whole {};
  whole.l_type = F_WRLCK;
  ASSERT_EQ(::fcntl(fd, F_OFD_SETLK, &whole), 0);
  Store store(host, dir, R"(,"lock_timeout":0)");
  EXPECT_EQ(store.append("s", 1, "{}"), CLAIF_E_UNAVAILABLE);
  EXPECT_NE(store.text.find("busy"), std::string::npos);
  ::close(fd);
  EXPECT_EQ(store.append("s", 1, "{}"), CLAIF_OK);
}

TEST_F(JsonlStore, CutsATornTailAndKeepsACopy) {
  fill(3);
  const std::string bytes = slurp(file());
  const size_t last = bytes.rfind('\n', bytes.size() - 2) + 1;
  for (size_t cut = last + 1; cut < bytes.size(); ++cut) {
    spill(file(), bytes.substr(0, cut));
    Store store(host, dir);
    ASSERT_EQ(store.load("s"), CLAIF_OK) << store.text;
    ASSERT_EQ(store.records, (Records{record(1), record(2)})) << cut;
    ASSERT_EQ(slurp(file()), bytes.substr(0, last));
    const auto torn = files_with(".torn.");
    ASSERT_EQ(torn.size(), 1u);
    ASSERT_EQ(slurp(torn[0]), bytes.substr(last, cut - last));
    fs::remove(torn[0]);
  }
}

TEST_F(JsonlStore, AnAppendRepairsATornTailToo) {
  fill(2);
  spill(file(), slurp(file()) + R"({"c":"0000)");
  Store store(host, dir);
  EXPECT_EQ(store.append("s", 2, record(3)), CLAIF_OK);
  EXPECT_EQ(store.load("s"), CLAIF_OK);
  EXPECT_EQ(store.records.size(), 3u);
  EXPECT_EQ(files_with(".torn.").size(), 1u);
}

TEST_F(JsonlStore, BeginsAgainWhenOnlyAPieceOfTheHeaderWasWritten) {
  fill(1);
  const std::string header = slurp(file()).substr(0, 20);
  for (const std::string& left : {std::string(), header}) {
    spill(file(), left);
    Store store(host, dir);
    EXPECT_EQ(store.load("s"), CLAIF_E_NOT_FOUND);
    EXPECT_EQ(store.append("s", 0, record(1)), CLAIF_OK) << store.text;
    EXPECT_EQ(store.load("s"), CLAIF_OK);
  }
}

TEST_F(JsonlStore, ReportsADamagedLineAndReturnsTheRest) {
  fill(4);
  damage_line(3);
  const std::string damaged = slurp(file());
  Store store(host, dir);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(store.load("s"), CLAIF_E_INTERNAL);
    EXPECT_NE(store.text.find("line 3"), std::string::npos) << store.text;
    EXPECT_EQ(store.records, (Records{record(1), record(3), record(4)}));
  }
  EXPECT_EQ(slurp(file()), damaged);
  const auto copies = files_with("s.");
  EXPECT_EQ(
      std::count_if(copies.begin(), copies.end(),
                    [](const fs::path& p) { return p.parent_path().filename() == "quarantine"; }),
      1);
  EXPECT_EQ(store.append("s", CLAIF_SEQ_ANY, "{}"), CLAIF_E_INTERNAL);
  EXPECT_EQ(slurp(file()), damaged);
}

TEST_F(JsonlStore, ReportsARemovedLineAndPutsSwappedOnesBack) {
  fill(4);
  const std::string bytes = slurp(file());
  std::vector<std::string> lines;
  for (size_t at = 0; at < bytes.size(); at = bytes.find('\n', at) + 1)
    lines.push_back(bytes.substr(at, bytes.find('\n', at) + 1 - at));
  Store store(host, dir);
  spill(file(), lines[0] + lines[1] + lines[3] + lines[4]);
  EXPECT_EQ(store.load("s"), CLAIF_E_INTERNAL);
  EXPECT_NE(store.text.find("line 3"), std::string::npos) << store.text;
  spill(file(), lines[0] + lines[2] + lines[1] + lines[3]);
  EXPECT_EQ(store.load("s"), CLAIF_OK) << store.text;  // the hashes tell the order
  EXPECT_EQ(store.records, (Records{record(1), record(2), record(3)}));
  EXPECT_GE(files_with("s.").size(), 4u);  // the log, its lock, two damaged ones in quarantine
}

TEST_F(JsonlStore, RefusesTheLogOfAnotherSession) {
  fill(2);
  fs::copy(file("s"), file("t"));
  Store store(host, dir);
  EXPECT_EQ(store.load("t"), CLAIF_E_INTERNAL);
  EXPECT_NE(store.text.find("header"), std::string::npos) << store.text;
}

TEST_F(JsonlStore, KeepsEverythingPrivate) {
  fill(1);
  const auto mode = [](const fs::path& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0);
    return info.st_mode & 0777u;
  };
  EXPECT_EQ(mode(dir), 0700u);
  EXPECT_EQ(mode(file()), 0600u);
  EXPECT_EQ(mode(dir / "s.lock"), 0600u);
}

TEST_F(JsonlStore, FollowsNoLinkAndUsesNoDirectoryThatOthersMayWrite) {
  fill(1);
  fs::create_symlink(file(), file("link"));
  Store store(host, dir);
  EXPECT_EQ(store.load("link"), CLAIF_E_INTERNAL);
  EXPECT_EQ(store.append("link", 1, "{}"), CLAIF_E_INTERNAL);
  fs::permissions(dir, fs::perms::all);
  EXPECT_NE(PluginUnderTest(host, R"({"dir":")" + dir.string() + "\"}").error().find("chmod 700"),
            std::string::npos);
}

TEST_F(JsonlStore, RefusesWhenTheDiskIsNearlyFull) {
  fill(1);
  PluginUnderTest plugin(host, R"({"min_free":"1000000000GiB","dir":")" + dir.string() + "\"}");
  FakeOp op;
  plugin.iface<claif_store_v1>()->append(plugin.self(), claif::sdk::str("s"), 1,
                                         claif::sdk::str("{}"), op.raw());
  EXPECT_EQ(op.status(), CLAIF_E_UNAVAILABLE);
  EXPECT_TRUE(op.error_text().starts_with("disk full")) << op.error_text();
}

TEST_F(JsonlStore, UndoesAWriteThatFailsHalfway) {
  fill(1);
  const std::string before = slurp(file());
  Store store(host, dir);
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit old {};
  ::getrlimit(RLIMIT_FSIZE, &old);
  const struct rlimit small { before.size() + 50, old.rlim_max };
  ::setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_EQ(store.append("s", 1, R"({"long":")" + std::string(200, 'x') + "\"}"), CLAIF_E_INTERNAL);
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, previous);
  EXPECT_TRUE(store.text.starts_with("not stored")) << store.text;
  EXPECT_EQ(slurp(file()), before);
  EXPECT_EQ(store.append("s", 1, record(2)), CLAIF_OK);
}

TEST_F(JsonlStore, CountsRecordsLargerThanItsReadWindow) {
  Store store(host, dir);
  store.append("s", 0, "{}");
  store.append("s", 1, R"({"x":")" + std::string(200'000, 'x') + "\"}");
  store.list("", 10);
  EXPECT_TRUE(store.items.at(0).starts_with(R"({"id":"s","records":2,)")) << store.items.at(0);
}

TEST_F(JsonlStore, ErasesToTheTrashForADay) {
  fill(2);
  Store store(host, dir);
  EXPECT_EQ(store.erase("s"), CLAIF_OK);
  EXPECT_EQ(store.load("s"), CLAIF_E_NOT_FOUND);
  EXPECT_EQ(std::distance(fs::directory_iterator(dir / "trash"), {}), 1);
  EXPECT_EQ(store.append("s", 0, record(9)), CLAIF_OK);
  EXPECT_EQ(store.load("s"), CLAIF_OK);
  EXPECT_EQ(store.records, Records{record(9)});
  host.advance(24h);
  Store later(host, dir);
  EXPECT_TRUE(fs::is_empty(dir / "trash"));
}

TEST_F(JsonlStore, SealsAFullFileAndGoesOnInTheNext) {
  Records all;
  {
    Store store(host, dir, R"(,"segment_records":3)");
    for (int i = 1; i <= 10; ++i) {
      all.push_back(record(i));
      ASSERT_EQ(store.append("s", static_cast<uint64_t>(i - 1), record(i)), CLAIF_OK) << store.text;
    }
  }
  EXPECT_EQ(files_with(".seg").size(), 3u);
  Store store(host, dir, R"(,"segment_records":3)");
  EXPECT_EQ(store.load("s"), CLAIF_OK) << store.text;
  EXPECT_EQ(store.records, all);
  EXPECT_EQ(store.append("s", 10, record(11)), CLAIF_OK);
  store.list("", 10);
  EXPECT_TRUE(store.items.at(0).starts_with(R"({"id":"s","records":11,)")) << store.items.at(0);
  EXPECT_EQ(store.erase("s"), CLAIF_OK);
  EXPECT_TRUE(files_with("s.1.seg").empty());
  FakeOp op;
  store.table().restore(store.self(), claif::sdk::str("s"), CLAIF_RESTORE_TRASH, op.raw());
  EXPECT_EQ(op.status(), CLAIF_OK) << op.error_text();
  EXPECT_EQ(store.load("s"), CLAIF_OK) << store.text;
  EXPECT_EQ(store.records.size(), 11u);
}

TEST_F(JsonlStore, FinishesASealingThatACrashCutShort) {
  fill(3);
  fs::create_hard_link(file(), dir / "s.1.seg");
  Store store(host, dir, R"(,"segment_records":3)");
  EXPECT_EQ(store.load("s"), CLAIF_OK);
  EXPECT_EQ(store.records.size(), 3u);
  EXPECT_EQ(store.append("s", 3, record(4)), CLAIF_OK) << store.text;
  EXPECT_EQ(store.load("s"), CLAIF_OK);
  EXPECT_EQ(store.records.size(), 4u);
}

TEST_F(JsonlStore, ReportsAMissingSegment) {
  Store store(host, dir, R"(,"segment_records":2)");
  for (int i = 1; i <= 7; ++i)
    store.append("s", CLAIF_SEQ_ANY, record(i));
  fs::remove(dir / "s.2.seg");
  Store again(host, dir);
  EXPECT_EQ(again.load("s"), CLAIF_E_INTERNAL);
  EXPECT_NE(again.text.find("segment"), std::string::npos) << again.text;
  EXPECT_EQ(again.append("s", CLAIF_SEQ_ANY, "{}"), CLAIF_E_INTERNAL);
}

TEST_F(JsonlStore, MendsDamageFromABackupWithoutALoss) {
  Records all;
  {
    Store store(host, dir, R"(,"backup_appends":2,"segment_records":3)");
    for (int i = 1; i <= 9; ++i) {
      all.push_back(record(i));
      ASSERT_EQ(store.append("s", CLAIF_SEQ_ANY, record(i)), CLAIF_OK) << store.text;
      host.advance(1s);
    }
  }
  damage_line_of(dir / "s.2.seg", 3);
  Store store(host, dir);
  EXPECT_EQ(store.load("s"), CLAIF_OK) << store.text;
  EXPECT_EQ(store.records, all);
  EXPECT_FALSE(files_with("s.").empty());
  EXPECT_FALSE(fs::is_empty(dir / "quarantine"));
  EXPECT_EQ(store.append("s", 9, record(10)), CLAIF_OK) << store.text;
  Store again(host, dir);
  EXPECT_EQ(again.load("s"), CLAIF_OK) << again.text;
  EXPECT_EQ(again.records.size(), 10u);
}

TEST_F(JsonlStore, RestoresFromABackupAndSaysWhatIsLost) {
  {
    Store store(host, dir, R"(,"backup_appends":0)");
    for (int i = 1; i <= 4; ++i)
      store.append("s", CLAIF_SEQ_ANY, record(i));
  }
  damage_line(3);
  Store store(host, dir);
  EXPECT_EQ(store.load("s"), CLAIF_E_INTERNAL);
  FakeOp op;
  store.table().restore(store.self(), claif::sdk::str("s"), CLAIF_RESTORE_BACKUP, op.raw());
  EXPECT_EQ(op.status(), CLAIF_OK) << op.error_text();
  EXPECT_EQ(store.load("s"), CLAIF_OK) << store.text;
  EXPECT_EQ(store.records, (Records{record(1), R"({"lost":true})", record(3), record(4)}));
  EXPECT_EQ(store.append("s", 4, record(5)), CLAIF_OK);
}

TEST_F(JsonlStore, RestoresASessionWhoseFilesAreGone) {
  {
    Store store(host, dir, R"(,"backup_appends":5)");
    for (int i = 1; i <= 6; ++i)
      store.append("s", CLAIF_SEQ_ANY, record(i));
  }
  fs::remove(file());
  Store store(host, dir);
  EXPECT_EQ(store.load("s"), CLAIF_E_NOT_FOUND);
  FakeOp op;
  store.table().restore(store.self(), claif::sdk::str("s"), CLAIF_RESTORE_BACKUP, op.raw());
  EXPECT_EQ(op.status(), CLAIF_OK) << op.error_text();
  EXPECT_EQ(op.value(), "5");
  FakeOp none;
  store.table().restore(store.self(), claif::sdk::str("t"), CLAIF_RESTORE_BACKUP, none.raw());
  EXPECT_EQ(none.status(), CLAIF_E_NOT_FOUND);
}

TEST_F(JsonlStore, UsesNoBackupThatIsNotAsItsManifestSays) {
  {
    Store store(host, dir, R"(,"backup_appends":3)");
    for (int i = 1; i <= 3; ++i)
      store.append("s", CLAIF_SEQ_ANY, record(i));
  }
  const auto copies = files_with("active.jsonl");
  ASSERT_EQ(copies.size(), 1u);
  spill(copies[0], slurp(copies[0]) + "x");
  fs::remove(file());
  Store store(host, dir);
  FakeOp op;
  store.table().restore(store.self(), claif::sdk::str("s"), CLAIF_RESTORE_BACKUP, op.raw());
  EXPECT_EQ(op.status(), CLAIF_E_NOT_FOUND);
}

TEST_F(JsonlStore, KeepsTheLastBackupsAndOneOfEachDay) {
  Store store(host, dir, R"(,"backup_appends":1)");
  for (int i = 0; i < 40; ++i) {
    store.append("s", CLAIF_SEQ_ANY, "{}");
    host.advance(6h);
  }
  const auto kept = std::distance(fs::directory_iterator(dir / "backups" / "s"), {});
  EXPECT_GE(kept, 7);
  EXPECT_LE(kept, 10);
}

TEST_F(JsonlStore, MakesABrokenCatalogueAnew) {
  fill(2);
  { Store(host, dir).list("", 10); }
  spill(dir / "catalogue.sqlite", std::string(8'192, 'x'));
  fs::remove(dir / "catalogue.sqlite-wal");
  Store store(host, dir);
  EXPECT_EQ(store.list("", 10), CLAIF_OK) << store.text;
  EXPECT_EQ(store.items.size(), 1u);
}

TEST_F(JsonlStore, ReadsTheLogsOfTheFirstVersion) {
  Store first(host, dir);  // makes the directory
  spill(file(), R"({"claif":"session-log","v":1,"session":"s","ts":5})"
                "\n");
  EXPECT_EQ(first.append("s", 0, record(1)), CLAIF_OK) << first.text;
  Store again(host, dir);
  EXPECT_EQ(again.load("s"), CLAIF_OK) << again.text;
  EXPECT_EQ(again.records, Records{record(1)});
}

TEST_F(JsonlStore, SaysThatItMayBlock) {
  EXPECT_EQ(Store(host, dir).table().flags & CLAIF_IFACE_BLOCKING, uint32_t{CLAIF_IFACE_BLOCKING});
}

TEST_F(JsonlStore, RefusesAConfigurationWithoutADirectory) {
  for (const char* config : {"{}", R"({"dir":""})", R"({"dir":1})", R"({"dir":"/proc/no/way"})",
                             R"({"dir":"/tmp","x":1})"})
    EXPECT_NE(PluginUnderTest(host, config).error(), "") << config;
}

}  // namespace

#include "database.hpp"

#include <claif/plugin.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace claif;
using cache_sqlite::Database;

// A cache may lose, never lie: so synchronous=OFF, and a database that cannot be read is made anew.
// (After a loss of power SQLite may find it damaged; the host's envelopes notice what it does not.)
class SqliteCache {
 public:
  static constexpr bool kBlocking = true;
  static constexpr const char* kNeeds[] = {CLAIF_CLOCK_ID, nullptr};
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["path"],
    "properties": {
      "path": {"description": "The database file; created if it is missing", "type": "string", "minLength": 1},
      "max_bytes": {"description": "Bound of all entries; default 1GiB", "type": ["string", "integer"]},
      "busy_timeout": {
        "description": "How long to wait for another process that writes; default 40ms",
        "type": ["string", "integer"]
      }
    }
  })";

  SqliteCache(sdk::Host host, const sdk::Config& config)
      : host_(host),
        path_(config.string("path")),
        max_bytes_(static_cast<int64_t>(config.bytes("max_bytes", uint64_t{1} << 30))),
        busy_timeout_ms_(config.duration_ms("busy_timeout", 40)) {
    if (max_bytes_ < kLeastBytes)
      throw sdk::Error("'max_bytes' must be at least 64KiB", CLAIF_E_ARG);
    make_directory();
    try {
      open();
    } catch (const sdk::Error&) {
      forget_everything();
      open();
    }
  }

  sdk::CacheValue get(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const int64_t now = host_.wall_ms();
    auto query = statements_->database.query(statements_->get);
    query.bind(1, key).bind(2, now);
    if (!query.step()) return nullptr;
    auto value = std::make_shared<const std::string>(query.blob(0));
    // What is used a lot is written rarely.
    if (now - query.number(1) > kUseResolutionMs)
      run_to_end(statements_->database.query(statements_->use).bind(1, now).bind(2, key));
    return value;
  }

  void put(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) {
    const auto size = static_cast<int64_t>(key.size() + value.size() + kRowOverhead);
    if (ttl.count() <= 0 || size > max_bytes_) return erase(key);
    const std::lock_guard lock(mutex_);
    const int64_t now = host_.wall_ms();
    statements_->database.run("BEGIN IMMEDIATE");
    try {
      run_to_end(statements_->database.query(statements_->put)
                     .bind(1, key)
                     .bind(2, value)
                     .bind(3, now + std::min<int64_t>(ttl.count(), kMaxTtlMs))
                     .bind(4, now)
                     .bind(5, size));
      make_room(now);
      statements_->database.run("COMMIT");
    } catch (...) {
      statements_->database.run("ROLLBACK");
      throw;
    }
  }

  void erase(std::string_view key) {
    const std::lock_guard lock(mutex_);
    run_to_end(statements_->database.query(statements_->erase).bind(1, key));
  }

 private:
  static constexpr int64_t kLeastBytes = 64 << 10;
  static constexpr size_t kRowOverhead = 128;
  static constexpr int64_t kUseResolutionMs = 60'000;
  static constexpr int64_t kMaxTtlMs = int64_t{10} * 365 * 24 * 3'600'000;

  struct Statements {
    explicit Statements(const std::string& path) : database(path) {}
    Database database;
    Database::Statement get{nullptr, nullptr}, use{nullptr, nullptr}, put{nullptr, nullptr},
        erase{nullptr, nullptr}, total{nullptr, nullptr}, expire{nullptr, nullptr},
        oldest{nullptr, nullptr}, evict{nullptr, nullptr};
  };

  static void run_to_end(cache_sqlite::Query& query) {
    while (query.step()) {
    }
  }

  void make_directory() const {
    const std::filesystem::path parent = std::filesystem::path(path_).parent_path();
    std::error_code error;
    if (parent.empty() || std::filesystem::exists(parent, error)) return;
    std::filesystem::create_directories(parent, error);
    if (error)
      throw sdk::Error("cannot create " + parent.string() + ": " + error.message(), CLAIF_E_ARG);
    std::filesystem::permissions(parent, std::filesystem::perms::owner_all, error);
  }

  void open() {
    auto made = std::make_unique<Statements>(path_);
    Database& db = made->database;
    db.run(("PRAGMA busy_timeout=" + std::to_string(busy_timeout_ms_)).c_str());
    db.run(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY;"
        "PRAGMA trusted_schema=OFF; PRAGMA auto_vacuum=INCREMENTAL;"
        "PRAGMA journal_size_limit=16777216");
    db.run(
        "CREATE TABLE IF NOT EXISTS entries(id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE,"
        " value BLOB NOT NULL, expires_ms INTEGER NOT NULL, used_ms INTEGER NOT NULL,"
        " size INTEGER NOT NULL);"
        "CREATE INDEX IF NOT EXISTS entries_used ON entries(used_ms, size);"
        "CREATE INDEX IF NOT EXISTS entries_expires ON entries(expires_ms);"
        // Kept by triggers, so that it is right whoever writes.
        "CREATE TABLE IF NOT EXISTS total(bytes INTEGER NOT NULL);"
        "INSERT INTO total SELECT coalesce(sum(size),0) FROM entries"
        " WHERE NOT EXISTS (SELECT 1 FROM total);"
        "CREATE TRIGGER IF NOT EXISTS added AFTER INSERT ON entries BEGIN"
        " UPDATE total SET bytes=bytes+new.size; END;"
        "CREATE TRIGGER IF NOT EXISTS changed AFTER UPDATE OF size ON entries BEGIN"
        " UPDATE total SET bytes=bytes+new.size-old.size; END;"
        "CREATE TRIGGER IF NOT EXISTS removed AFTER DELETE ON entries BEGIN"
        " UPDATE total SET bytes=bytes-old.size; END");
    made->get = db.prepare("SELECT value, used_ms FROM entries WHERE key=?1 AND expires_ms>?2");
    made->use = db.prepare("UPDATE entries SET used_ms=?1 WHERE key=?2");
    made->put = db.prepare(
        "INSERT INTO entries(key,value,expires_ms,used_ms,size) VALUES(?1,?2,?3,?4,?5)"
        " ON CONFLICT(key) DO UPDATE SET value=?2, expires_ms=?3, used_ms=?4, size=?5");
    made->erase = db.prepare("DELETE FROM entries WHERE key=?1");
    made->total = db.prepare("SELECT bytes FROM total");
    made->expire = db.prepare("DELETE FROM entries WHERE expires_ms<=?1");
    made->oldest = db.prepare("SELECT id, size FROM entries ORDER BY used_ms, id");
    made->evict = db.prepare("DELETE FROM entries WHERE id=?1");
    statements_ = std::move(made);
  }

  void forget_everything() const {
    for (const char* suffix : {"", "-wal", "-shm"})
      std::filesystem::remove(path_ + suffix);
  }

  // A little below the bound, so that not every put has to look for what leaves; no more, so that
  // none has to wait while much leaves.
  void make_room(int64_t now) {
    if (total() <= max_bytes_) return;
    run_to_end(statements_->database.query(statements_->expire).bind(1, now));
    int64_t excess = total() - (max_bytes_ - max_bytes_ / 100);
    std::vector<int64_t> leaving;
    {
      auto oldest = statements_->database.query(statements_->oldest);
      for (; excess > 0 && oldest.step(); excess -= oldest.number(1))
        leaving.push_back(oldest.number(0));
    }
    for (const int64_t id : leaving)
      run_to_end(statements_->database.query(statements_->evict).bind(1, id));
    statements_->database.run("PRAGMA incremental_vacuum");
  }

  int64_t total() {
    auto query = statements_->database.query(statements_->total);
    query.step();
    return query.number(0);
  }

  const sdk::Host host_;
  const std::string path_;
  const int64_t max_bytes_;
  const int64_t busy_timeout_ms_;
  std::mutex mutex_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace

CLAIF_PLUGIN(SqliteCache, "claif.cache.sqlite", "0.1.0");

#include "backup.hpp"
#include "database.hpp"
#include "shared/session_rules.hpp"

#include <claif/plugin.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <sys/stat.h>
#include <sys/statvfs.h>

namespace {

using namespace claif;
using store_sqlite::SessionDatabase;
namespace fs = std::filesystem;

class SqliteStore {
 public:
  static constexpr bool kBlocking = true;
  static constexpr const char* kNeeds[] = {CLAIF_CLOCK_ID, CLAIF_RANDOM_ID, nullptr};
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["dir"],
    "properties": {
      "dir": {
        "description": "Directory of the database; created if it is missing",
        "type": "string", "minLength": 1
      },
      "min_free": {
        "description": "Free disk space below which nothing is appended; default 64MiB",
        "type": ["string", "integer"]
      },
      "lock_timeout": {
        "description": "How long to wait for another process that writes; default 2s",
        "type": ["string", "integer"]
      },
      "backup_time": {
        "description": "A backup is made with an append after this time; 0: never; default 1h",
        "type": ["string", "integer"]
      }
    }
  })";

  SqliteStore(sdk::Host host, const sdk::Config& config)
      : host_(host),
        min_free_(config.bytes("min_free", uint64_t{64} << 20)),
        backup_ms_(static_cast<int64_t>(config.duration_ms("backup_time", 3'600'000))),
        database_(host,
                  private_directory(config.string("dir")),
                  std::chrono::milliseconds(config.duration_ms("lock_timeout", 2000))) {}

  void load(std::string_view session, sdk::Op& op) { emit_records(session, 0, op); }

  void read(std::string_view session, uint64_t after, sdk::Op& op) {
    op.finish(emit_records(session, after, op));
  }

  void append(std::string_view session, uint64_t expect, std::string_view record, sdk::Op& op) {
    add({expect, session, {}, {}, record}, op);
  }

  void append_once(const sdk::AppendOnce& record, sdk::Op& op) {
    stores::require_record_id(record.id);
    add(record, op);
  }

  void compact(std::string_view session, uint64_t upto, std::string_view record, sdk::Op&) {
    stores::require_session_id(session);
    stores::require_record(record);
    database_.write([&](SessionDatabase::Open& open) {
      stores::SessionRow row = existing(open, session);
      if (upto == 0 || upto > row.records) throw conflict(session, row.records, upto);
      if (upto <= base_of(open, row.key)) return;
      open.db.query("DELETE FROM records WHERE session = ?1 AND seq <= ?2")
          .bind(1, row.key)
          .bind(2, upto)
          .step();
      insert_record(open, row.key, upto, "compacted." + std::to_string(upto), record);
      open.db.query("UPDATE sessions SET base = ?2 WHERE key = ?1")
          .bind(1, row.key)
          .bind(2, upto)
          .step();
      row.bytes = bytes_of(open, row.key);
      open.table.update(row);
    });
  }

  void list(std::string_view cursor, uint32_t limit, sdk::Op& op) {
    find({{}, {}, cursor, 0, 0, limit}, op);
  }

  void describe(const sdk::Description& description, sdk::Op&) {
    stores::require_session_id(description.session);
    database_.write([&](SessionDatabase::Open& open) { open.table.describe(description); });
  }

  void undescribed(uint32_t limit, sdk::Op& op) {
    database_.read([&](SessionDatabase::Open& open) {
      open.table.undescribed(limit, [&](std::string_view item) { emit_item(item, op); });
    });
  }

  void find(const sdk::SessionQuery& query, sdk::Op& op) {
    std::string next;
    database_.read([&](SessionDatabase::Open& open) {
      next = open.table.find(query, [&](std::string_view item) { emit_item(item, op); });
    });
    if (!next.empty()) op.finish(std::move(next));
  }

  void erase(std::string_view session, sdk::Op&) {
    stores::require_session_id(session);
    database_.write([&](SessionDatabase::Open& open) {
      open.db.query("UPDATE sessions SET erased_ms = ?2 WHERE key = ?1")
          .bind(1, existing(open, session).key)
          .bind(2, host_.wall_ms())
          .step();
    });
  }

  void restore(std::string_view session, uint32_t from, sdk::Op& op) {
    stores::require_session_id(session);
    uint64_t records = 0;
    database_.write([&](SessionDatabase::Open& open) {
      if (from == CLAIF_RESTORE_TRASH)
        records = from_trash(open, session);
      else if (from == CLAIF_RESTORE_BACKUP)
        records = from_backup(open, session);
      else
        throw sdk::Error("sessions are restored from the trash or from a backup",
                         CLAIF_E_UNSUPPORTED);
    });
    op.finish(std::to_string(records));
  }

  void maintain(uint64_t trash_ms, sdk::Op&) {
    const int64_t before =
        host_.wall_ms() - static_cast<int64_t>(std::min<uint64_t>(trash_ms, INT64_MAX / 2));
    database_.write([&](SessionDatabase::Open& open) {
      std::vector<int64_t> keys;
      {
        auto old = open.db.query("SELECT key FROM sessions WHERE erased_ms <= ?1");
        old.bind(1, before);
        while (old.step())
          keys.push_back(old.integer(0));
      }
      for (const int64_t key : keys) {
        open.db.query("DELETE FROM records WHERE session = ?1").bind(1, key).step();
        open.table.remove(key);
      }
    });
    back_up_if_due();
  }

 private:
  static std::string private_directory(const std::string& dir) {
    std::error_code error;
    const fs::path path = dir;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
    struct stat info {};
    if ((::mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST) || ::stat(dir.c_str(), &info) != 0)
      throw sdk::Error("cannot create " + dir + ": " + std::generic_category().message(errno));
    if (!S_ISDIR(info.st_mode)) throw sdk::Error("'dir' is not a directory: " + dir, CLAIF_E_ARG);
    if ((info.st_mode & 0022u) != 0)
      throw sdk::Error("others may write to " + dir + "; run chmod 700 on it", CLAIF_E_ARG);
    return dir;
  }

  static sdk::Error conflict(std::string_view session, uint64_t has, uint64_t expected) {
    return sdk::Error("session '" + std::string(session) + "' has " + std::to_string(has) +
                          " records, not " + std::to_string(expected),
                      CLAIF_E_CONFLICT);
  }
  static stores::SessionRow existing(SessionDatabase::Open& open, std::string_view session) {
    stores::SessionRow row;
    if (!open.table.get(session, row))
      throw sdk::Error("there is no session '" + std::string(session) + "'", CLAIF_E_NOT_FOUND);
    return row;
  }
  static uint64_t base_of(SessionDatabase::Open& open, int64_t key) {
    auto query = open.db.query("SELECT base FROM sessions WHERE key = ?1");
    return query.bind(1, key).step() ? query.count(0) : 0;
  }
  static uint64_t bytes_of(SessionDatabase::Open& open, int64_t key) {
    auto query =
        open.db.query("SELECT ifnull(sum(length(record)), 0) FROM records WHERE session = ?1");
    return query.bind(1, key).step() ? query.count(0) : 0;
  }
  static void insert_record(SessionDatabase::Open& open,
                            int64_t key,
                            uint64_t seq,
                            std::string_view id,
                            std::string_view record) {
    open.db.query("INSERT INTO records (session, seq, msg_id, record) VALUES (?1, ?2, ?3, ?4)")
        .bind(1, key)
        .bind(2, seq)
        .bind(3, id)
        .bind(4, record)
        .step();
  }
  static void emit_item(std::string_view item, sdk::Op& op) {
    if (op.emit(CLAIF_EMIT_ITEM, item) == CLAIF_E_CANCELLED)
      throw sdk::Error("cancelled", CLAIF_E_CANCELLED);
  }

  std::string random_hex() const {
    std::array<uint8_t, 16> bytes{};
    host_.random(bytes.data(), bytes.size());
    std::string out;
    for (const uint8_t byte : bytes)
      out.append({"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]});
    return out;
  }

  // The blob of `read`.
  std::string emit_records(std::string_view session, uint64_t after, sdk::Op& op) {
    stores::require_session_id(session);
    std::string out;
    database_.read([&](SessionDatabase::Open& open) {
      const stores::SessionRow row = existing(open, session);
      if (after < row.records) {
        auto records = open.db.query(
            "SELECT record FROM records WHERE session = ?1 AND seq > ?2 ORDER BY seq");
        records.bind(1, row.key).bind(2, after);
        while (records.step())
          if (op.emit(CLAIF_EMIT_RECORD, records.text(0)) == CLAIF_E_CANCELLED)
            throw sdk::Error("cancelled", CLAIF_E_CANCELLED);
      }
      out = R"({"records":)" + std::to_string(row.records) + R"(,"base":)" +
            std::to_string(base_of(open, row.key)) + R"(,"bytes":)" + std::to_string(row.bytes) +
            R"(,"updated_ms":)" + std::to_string(row.updated_ms) + R"(,"epoch":")" + row.epoch +
            "\"}";
    });
    return out;
  }

  void require_space() const {
    struct statvfs disk {};
    if (::statvfs(database_.dir().c_str(), &disk) != 0) return;
    const uint64_t free = uint64_t{disk.f_bavail} * disk.f_frsize;
    if (free < min_free_)
      throw sdk::Error("disk full: " + database_.dir() + " has " + std::to_string(free >> 20) +
                           " MiB free, fewer than min_free",
                       CLAIF_E_UNAVAILABLE);
  }

  void add(const sdk::AppendOnce& record, sdk::Op& op) {
    stores::require_session_id(record.session);
    stores::require_record(record.record);
    uint64_t number = 0;
    database_.write([&](SessionDatabase::Open& open) { number = add_to(open, record); });
    op.finish(std::to_string(number));
    back_up_if_due();  // not on the time of who appends
  }

  uint64_t add_to(SessionDatabase::Open& open, const sdk::AppendOnce& record) {
    stores::SessionRow row;
    const bool there = open.table.get(record.session, row);
    if (there && !record.id.empty()) {
      auto known = open.db.query("SELECT seq FROM records WHERE session = ?1 AND msg_id = ?2");
      if (known.bind(1, row.key).bind(2, record.id).step()) return known.count(0);
    }
    if (record.expect != CLAIF_SEQ_ANY && record.expect != row.records)
      throw conflict(record.session, row.records, record.expect);
    if (!record.epoch.empty() && record.epoch != row.epoch)
      throw sdk::Error("session '" + std::string(record.session) + "' is another one of that id",
                       CLAIF_E_CONFLICT);
    require_space();
    row.updated_ms = host_.wall_ms();
    row.bytes += record.record.size();
    ++row.records;
    if (there) {
      open.table.update(row);
    } else {
      row.epoch = random_hex();
      row.key = open.table.insert(record.session, row);
    }
    const std::string made = "made." + std::to_string(row.records);  // no host chooses that
    insert_record(open, row.key, row.records, record.id.empty() ? made : record.id, record.record);
    return row.records;
  }

  static uint64_t from_trash(SessionDatabase::Open& open, std::string_view session) {
    int64_t key = 0;
    {
      auto last = open.db.query(
          "SELECT key FROM sessions WHERE id = ?1 AND erased_ms IS NOT NULL"
          " ORDER BY erased_ms DESC, key DESC LIMIT 1");
      if (!last.bind(1, session).step())
        throw sdk::Error("session '" + std::string(session) + "' is not in the trash",
                         CLAIF_E_NOT_FOUND);
      key = last.integer(0);
    }
    stores::SessionRow row;
    if (open.table.get(session, row))
      throw sdk::Error(
          "there is a session '" + std::string(session) + "' again: rename or erase it",
          CLAIF_E_CONFLICT);
    open.db.query("UPDATE sessions SET erased_ms = NULL WHERE key = ?1").bind(1, key).step();
    return existing(open, session).records;
  }

  // Only a session that is missing: SQLite keeps all of them in one file, whole or not.
  uint64_t from_backup(SessionDatabase::Open& open, std::string_view session) const {
    stores::SessionRow row;
    if (open.table.get(session, row)) return row.records;
    for (const std::string& path : store_sqlite::backups_in(backup_folder())) {
      sqlite::Database backup(path);
      stores::SessionTable table(backup);
      if (!table.get(session, row)) continue;
      const int64_t key = row.key;
      uint64_t base = 0;
      {
        auto kept = backup.query("SELECT base FROM sessions WHERE key = ?1");
        if (kept.bind(1, key).step()) base = kept.count(0);
      }
      row.key = open.table.insert(session, row);
      auto records =
          backup.query("SELECT seq, msg_id, record FROM records WHERE session = ?1 ORDER BY seq");
      records.bind(1, key);
      while (records.step())
        insert_record(open, row.key, records.count(0), records.text(1), records.text(2));
      open.db.query("UPDATE sessions SET base = ?2 WHERE key = ?1")
          .bind(1, row.key)
          .bind(2, base)
          .step();
      return row.records;
    }
    throw sdk::Error("there is no good backup of session '" + std::string(session) + "'",
                     CLAIF_E_NOT_FOUND);
  }

  std::string backup_folder() const { return database_.dir() + "/backups"; }

  void back_up_if_due() const {
    if (backup_ms_ == 0) return;
    const int64_t now = host_.wall_ms();
    const int64_t last = store_sqlite::last_backup_ms(backup_folder());
    if (last >= 0 && now - last < backup_ms_) return;
    try {
      store_sqlite::make_backup(database_.path(), backup_folder(), now);
    } catch (const std::exception& error) {
      host_.log(CLAIF_LOG_WARN, std::string("no backup of the sessions: ") + error.what());
    }
  }

  const sdk::Host host_;
  const uint64_t min_free_;
  const int64_t backup_ms_;
  SessionDatabase database_;
};

}  // namespace

CLAIF_PLUGIN(SqliteStore, "claif.store.sqlite", "0.1.0");

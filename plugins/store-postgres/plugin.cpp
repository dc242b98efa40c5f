#include "connection.hpp"
#include "search.hpp"
#include "shared/session_rules.hpp"
#include "tables.hpp"

#include <claif/plugin.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <rapidjson/document.h>

namespace {

using namespace claif;
using store_postgres::Connection;
using store_postgres::Rows;

constexpr size_t kMaxListing = 65'536;
constexpr uint64_t kMaxNumber = INT64_MAX;

class PostgresStore {
 public:
  static constexpr bool kBlocking = true;
  static constexpr const char* kNeeds[] = {CLAIF_CLOCK_ID, CLAIF_RANDOM_ID, nullptr};
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["connection"],
    "properties": {
      "connection": {
        "description": "Connection string of libpq, e.g. host=db.internal dbname=claif sslmode=verify-full",
        "type": "string", "minLength": 1
      },
      "schema": {
        "description": "Schema of the tables; created if it is missing; default claif",
        "type": "string", "pattern": "^[a-z_][a-z0-9_]*$"
      }
    }
  })";

  PostgresStore(sdk::Host host, const sdk::Config& config)
      : host_(host), info_(config.string("connection")), schema_(config.string("schema", "claif")) {
    write([&](Connection& db) {
      db.query(store_postgres::kLockTables);  // two that start at once
      for (const char* sql : store_postgres::kTables)
        db.query(sql);
    });
  }

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
    write([&](Connection& db) {
      const Row row = existing(db, session, true);
      if (upto == 0 || upto > row.version) throw conflict(session, row.version, upto);
      if (upto <= row.base) return;
      db.query("DELETE FROM records WHERE session = $1 AND seq <= $2", {row.key, upto});
      db.query("INSERT INTO records VALUES ($1, $2, $3, $4)",
               {row.key, upto, "compacted." + std::to_string(upto), record});
      db.query(
          "UPDATE sessions SET base = $2, bytes ="
          " (SELECT sum(length(record)) FROM records WHERE session = $1) WHERE key = $1",
          {row.key, upto});
    });
  }

  void list(std::string_view cursor, uint32_t limit, sdk::Op& op) {
    find({{}, {}, cursor, 0, 0, limit}, op);
  }

  void describe(const sdk::Description& d, sdk::Op&) {
    stores::require_session_id(d.session);
    rapidjson::Document listing;
    if (d.listing.size() > kMaxListing ||
        listing.Parse(d.listing.data(), d.listing.size()).HasParseError() || !listing.IsObject())
      throw sdk::Error("a session's listing is one JSON object of at most 64 KiB", CLAIF_E_ARG);
    write([&](Connection& db) {
      const Row row = existing(db, d.session, true);
      if ((!d.epoch.empty() && d.epoch != row.epoch) || d.from > row.described)
        throw sdk::Error("session '" + std::string(d.session) + "' was described up to record " +
                             std::to_string(row.described),
                         CLAIF_E_CONFLICT);
      if (d.records < row.described || (d.records == row.described && d.from > 0)) return;
      if (d.from == 0) db.query("DELETE FROM words WHERE session = $1", {row.key});
      const uint64_t piece = d.from == 0 ? 1 : row.pieces + 1;
      db.query(
          "UPDATE sessions SET described = $2, pieces = $3, listing = $4, facts = $5::jsonb"
          " WHERE key = $1",
          {row.key, d.records, piece, d.listing, store_postgres::without_zeros(d.listing)});
      store_postgres::put_words(db, row.key, 0, d.title, "A");
      if (!d.text.empty()) store_postgres::put_words(db, row.key, piece, d.text, "D");
    });
  }

  void undescribed(uint32_t limit, sdk::Op& op) {
    read_only([&](Connection& db) {
      const Rows rows = db.query(
          "SELECT id, version, described FROM sessions"
          " WHERE described < version AND erased_ms IS NULL LIMIT $1",
          {uint64_t{limit}});
      for (int i = 0; i < rows.count(); ++i)
        emit_item(R"({"id":")" + std::string(rows.text(i, 0)) + R"(","records":)" +
                      std::string(rows.text(i, 1)) + R"(,"described":)" +
                      std::string(rows.text(i, 2)) + "}",
                  op);
    });
  }

  void find(const sdk::SessionQuery& query, sdk::Op& op) {
    std::string next;
    read_only([&](Connection& db) {
      next = store_postgres::find(db, query, [&](std::string_view item) { emit_item(item, op); });
    });
    if (!next.empty()) op.finish(std::move(next));
  }

  void erase(std::string_view session, sdk::Op&) {
    stores::require_session_id(session);
    write([&](Connection& db) {
      db.query("UPDATE sessions SET erased_ms = $2 WHERE key = $1",
               {existing(db, session, true).key, host_.wall_ms()});
    });
  }

  void restore(std::string_view session, uint32_t from, sdk::Op& op) {
    stores::require_session_id(session);
    if (from != CLAIF_RESTORE_TRASH)
      throw sdk::Error("backups of the database are PostgreSQL's (pg_dump, archived WAL)",
                       CLAIF_E_UNSUPPORTED);
    uint64_t records = 0;
    write([&](Connection& db) {
      const Rows last = db.query(
          "SELECT key, version FROM sessions WHERE id = $1 AND erased_ms IS NOT NULL"
          " ORDER BY erased_ms DESC, key DESC LIMIT 1",
          {session});
      if (last.count() == 0)
        throw sdk::Error("session '" + std::string(session) + "' is not in the trash",
                         CLAIF_E_NOT_FOUND);
      if (db.query("SELECT 1 FROM sessions WHERE id = $1 AND erased_ms IS NULL", {session})
              .count() != 0)
        throw sdk::Error("there is a session '" + std::string(session) + "' again",
                         CLAIF_E_CONFLICT);
      db.query("UPDATE sessions SET erased_ms = NULL WHERE key = $1", {last.number(0, 0)});
      records = last.number(0, 1);
    });
    op.finish(std::to_string(records));
  }

  void maintain(uint64_t trash_ms, sdk::Op&) {
    const int64_t before =
        host_.wall_ms() - static_cast<int64_t>(std::min<uint64_t>(trash_ms, INT64_MAX / 2));
    write(
        [&](Connection& db) { db.query("DELETE FROM sessions WHERE erased_ms <= $1", {before}); });
  }

 private:
  struct Row {
    uint64_t key = 0, version = 0, base = 0, bytes = 0, described = 0, pieces = 0, updated_ms = 0;
    std::string epoch;
  };

  // One transaction. A connection that breaks at its end leaves open whether it was committed: the
  // caller asks again with the same id of the record.
  void write(const std::function<void(Connection&)>& work) { run("BEGIN", work); }
  // As of one moment.
  void read_only(const std::function<void(Connection&)>& work) {
    run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", work);
  }
  void run(const char* begin, const std::function<void(Connection&)>& work) {
    const std::lock_guard guard(mutex_);
    if (connection_ && connection_->lost()) connection_.reset();
    if (!connection_) {
      auto made = std::make_unique<Connection>(info_);
      made->query(("CREATE SCHEMA IF NOT EXISTS " + schema_).c_str());
      made->query(("SET search_path = " + schema_).c_str());
      connection_ = std::move(made);
    }
    connection_->query(begin);
    try {
      work(*connection_);
    } catch (...) {
      if (!connection_->lost()) connection_->query("ROLLBACK");
      throw;
    }
    try {
      connection_->query("COMMIT");
    } catch (const sdk::Error& error) {
      throw sdk::Error(std::string("indeterminate: ") + error.what());
    }
  }

  static sdk::Error conflict(std::string_view session, uint64_t has, uint64_t expected) {
    return sdk::Error("session '" + std::string(session) + "' has " + std::to_string(has) +
                          " records, not " + std::to_string(expected),
                      CLAIF_E_CONFLICT);
  }
  // `locked`: nobody else changes the session before this transaction ends.
  static bool get(Connection& db, std::string_view session, bool locked, Row& out) {
    constexpr const char* kSelect =
        "SELECT key, version, base, bytes, described, pieces, updated_ms, epoch FROM sessions"
        " WHERE id = $1 AND erased_ms IS NULL";
    constexpr const char* kLocked =
        "SELECT key, version, base, bytes, described, pieces, updated_ms, epoch FROM sessions"
        " WHERE id = $1 AND erased_ms IS NULL FOR UPDATE";
    const Rows rows = db.query(locked ? kLocked : kSelect, {session});
    if (rows.count() == 0) return false;
    out = {rows.number(0, 0), rows.number(0, 1), rows.number(0, 2), rows.number(0, 3),
           rows.number(0, 4), rows.number(0, 5), rows.number(0, 6), std::string(rows.text(0, 7))};
    return true;
  }
  static Row existing(Connection& db, std::string_view session, bool locked) {
    Row row;
    if (!get(db, session, locked, row))
      throw sdk::Error("there is no session '" + std::string(session) + "'", CLAIF_E_NOT_FOUND);
    return row;
  }

  std::string emit_records(std::string_view session, uint64_t after, sdk::Op& op) {
    stores::require_session_id(session);
    std::string out;
    read_only([&](Connection& db) {
      const Row row = existing(db, session, false);
      const Rows records = db.query(
          "SELECT record FROM records WHERE session = $1 AND seq > $2 AND seq <= $3"
          " ORDER BY seq",
          {row.key, std::min(after, kMaxNumber), row.version});
      for (int i = 0; i < records.count(); ++i)
        if (op.emit(CLAIF_EMIT_RECORD, records.text(i, 0)) == CLAIF_E_CANCELLED)
          throw sdk::Error("cancelled", CLAIF_E_CANCELLED);
      out = R"({"records":)" + std::to_string(row.version) + R"(,"base":)" +
            std::to_string(row.base) + R"(,"bytes":)" + std::to_string(row.bytes) +
            R"(,"updated_ms":)" + std::to_string(row.updated_ms) + R"(,"epoch":")" + row.epoch +
            "\"}";
    });
    return out;
  }

  void add(const sdk::AppendOnce& record, sdk::Op& op) {
    stores::require_session_id(record.session);
    stores::require_record(record.record);
    uint64_t number = 0;
    write([&](Connection& db) { number = add_to(db, record); });
    op.finish(std::to_string(number));
  }

  uint64_t add_to(Connection& db, const sdk::AppendOnce& record) {
    Row row;
    const bool there = get(db, record.session, true, row);
    if (there && !record.id.empty()) {
      const Rows known = db.query("SELECT seq FROM records WHERE session = $1 AND msg_id = $2",
                                  {row.key, record.id});
      if (known.count() != 0) return known.number(0, 0);
    }
    if (record.expect != CLAIF_SEQ_ANY && record.expect != row.version)
      throw conflict(record.session, row.version, record.expect);
    if (!record.epoch.empty() && record.epoch != row.epoch)
      throw sdk::Error("session '" + std::string(record.session) + "' is another one of that id",
                       CLAIF_E_CONFLICT);
    if (there) {
      db.query(
          "UPDATE sessions SET version = version + 1, bytes = bytes + $2, updated_ms = $3"
          " WHERE key = $1",
          {row.key, uint64_t{record.record.size()}, host_.wall_ms()});
    } else {
      const Rows made = db.query(
          "INSERT INTO sessions (id, epoch, version, bytes, updated_ms) VALUES ($1, $2, 1, $3, $4)"
          " ON CONFLICT DO NOTHING RETURNING key",
          {record.session, random_hex(), uint64_t{record.record.size()}, host_.wall_ms()});
      if (made.count() == 0)  // somebody else was faster
        throw conflict(record.session, 1, 0);
      row.key = made.number(0, 0);
    }
    const uint64_t number = row.version + 1;
    const std::string made = "made." + std::to_string(number);  // no host chooses that
    db.query(
        "INSERT INTO records VALUES ($1, $2, $3, $4)",
        {row.key, number, record.id.empty() ? std::string_view(made) : record.id, record.record});
    return number;
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

  const sdk::Host host_;
  const std::string info_, schema_;
  std::mutex mutex_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace

CLAIF_PLUGIN(PostgresStore, "claif.store.postgres", "0.1.0");

// SQLite for plugins: a database and its statements, which clean up after themselves. Errors are
// sdk::Error: busy and full are CLAIF_E_UNAVAILABLE, everything else CLAIF_E_INTERNAL.
#pragma once

#include <claif/sdk/text.hpp>

#include <cstdint>
#include <fcntl.h>
#include <map>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace claif::sqlite {

// The last bytes of the result code tell more: SQLITE_CORRUPT and so on.
class Error : public sdk::Error {
 public:
  Error(const std::string& text, int code)
      : sdk::Error(text,
                   (code & 0xFF) == SQLITE_BUSY || (code & 0xFF) == SQLITE_LOCKED ||
                           (code & 0xFF) == SQLITE_FULL
                       ? CLAIF_E_UNAVAILABLE
                       : CLAIF_E_INTERNAL),
        result(code & 0xFF) {}
  const int result;
};

// One use of a prepared statement; it is reset at the end. Columns and parameters count from 0, 1.
class Query {
 public:
  explicit Query(sqlite3_stmt* statement) noexcept : statement_(statement) {}
  Query(Query&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Query& operator=(Query&&) = delete;
  ~Query() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

  Query& bind(int i, int64_t n) {
    check(sqlite3_bind_int64(statement_, i, n));
    return *this;
  }
  Query& bind(int i, uint64_t n) { return bind(i, static_cast<int64_t>(n)); }
  // The text must live until the next step ended.
  Query& bind(int i, std::string_view text) {
    check(sqlite3_bind_text64(statement_, i, text.data() != nullptr ? text.data() : "", text.size(),
                              SQLITE_STATIC, SQLITE_UTF8));
    return *this;
  }
  // True: there is a row.
  bool step() {
    const int result = sqlite3_step(statement_);
    if (result != SQLITE_ROW && result != SQLITE_DONE) check(result);
    return result == SQLITE_ROW;
  }
  int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  uint64_t count(int column) const { return static_cast<uint64_t>(integer(column)); }
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  // Valid until the next step.
  std::string_view text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return {bytes != nullptr ? bytes : "",
            static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  void check(int result) const {
    if (result == SQLITE_OK) return;
    throw Error(std::string("SQLite: ") + sqlite3_errmsg(sqlite3_db_handle(statement_)), result);
  }
  sqlite3_stmt* statement_;
};

// One connection, for one thread at a time.
class Database {
 public:
  explicit Database(const std::string& path) {
    // SQLite would give a new file the mode that the umask leaves. One that exists is not opened
    // here: to close it again would end the locks of this process's other connections.
    if (const int fd =
            ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        fd >= 0)
      ::close(fd);
    sqlite3* raw = nullptr;
    const int result = sqlite3_open_v2(
        path.c_str(), &raw,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
        nullptr);
    db_.reset(raw);
    if (result != SQLITE_OK)
      throw Error("cannot open " + path + ": " + (raw != nullptr ? sqlite3_errmsg(raw) : ""),
                  result);
    sqlite3_extended_result_codes(raw, 1);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_busy_timeout(raw, 2000);
    exec(
        "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;"
        "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON");
  }

  sqlite3* raw() const noexcept { return db_.get(); }

  void exec(const char* sql) {
    char* text = nullptr;
    const int result = sqlite3_exec(db_.get(), sql, nullptr, nullptr, &text);
    const std::unique_ptr<char, decltype(&sqlite3_free)> owner(text, &sqlite3_free);
    if (result != SQLITE_OK)
      throw Error(std::string("SQLite: ") + (text != nullptr ? text : "error"), result);
  }
  // `sql` is a literal: it is prepared once, and not while a query of it is in use.
  Query query(const char* sql) {
    auto& statement = statements_[sql];
    if (!statement) {
      sqlite3_stmt* made = nullptr;
      const int result =
          sqlite3_prepare_v3(db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
      if (result != SQLITE_OK)
        throw Error(std::string("SQLite: ") + sqlite3_errmsg(db_.get()), result);
      statement.reset(made);
    }
    return Query(statement.get());
  }
  int64_t last_rowid() const noexcept { return sqlite3_last_insert_rowid(db_.get()); }
  int changes() const noexcept { return sqlite3_changes(db_.get()); }

 private:
  struct Close {
    void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3, Close> db_;
  std::map<const char*, std::unique_ptr<sqlite3_stmt, Close>> statements_;  // ends before db_
};

// BEGIN IMMEDIATE until commit, or else rolled back.
class Transaction {
 public:
  explicit Transaction(Database& db) : db_(db) { db_.exec("BEGIN IMMEDIATE"); }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (open_) sqlite3_exec(db_.raw(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  void commit() {
    db_.exec("COMMIT");
    open_ = false;
  }

 private:
  Database& db_;
  bool open_ = true;
};

}  // namespace claif::sqlite

// SQLite as the cache uses it: one connection, prepared statements, errors as exceptions.
#pragma once

#include <cstdint>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>

namespace claif::cache_sqlite {

// Of one statement, reset when this ends. Parameters and columns count from 1 and 0.
class Query {
 public:
  Query(sqlite3* database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  ~Query() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // The bytes must live as long as this.
  Query& bind(int at, std::string_view blob);
  Query& bind(int at, int64_t number);
  // False: there is no more row.
  bool step();
  std::string blob(int column) const;
  int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }

 private:
  void check(int result) const;
  sqlite3* database_;
  sqlite3_stmt* statement_;
};

// Not thread-safe.
class Database {
 public:
  // Opens or creates the file, 0600.
  explicit Database(const std::string& path);

  void run(const char* sql);
  using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;
  Statement prepare(const char* sql);
  Query query(const Statement& statement) { return {database_.get(), statement.get()}; }

 private:
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> database_;
};

}  // namespace claif::cache_sqlite

// Sessions as a table in SQLite: what is listed, filtered and searched. store-sqlite keeps its
// sessions in it; store-jsonl rebuilds it from its logs.
#pragma once

#include "shared/sqlite.hpp"

#include <claif/sdk/session_store.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace claif::stores {

// A row of the table; `key` is its primary key.
struct SessionRow {
  int64_t key = 0;
  std::string epoch;
  uint64_t records = 0, bytes = 0, described = 0;
  int64_t updated_ms = 0;
};

// For one thread at a time; the caller makes transactions around what writes.
class SessionTable {
 public:
  // Creates the tables `sessions` and `words` where they are missing.
  explicit SessionTable(sqlite::Database& db);

  // False: there is no such session that is not erased.
  bool get(std::string_view id, SessionRow& out);
  int64_t insert(std::string_view id, const SessionRow& row);  // its key
  void update(const SessionRow& row);                          // but for what describe writes
  void remove(int64_t key);                                    // with its words

  // Throws CLAIF_E_CONFLICT, CLAIF_E_NOT_FOUND, CLAIF_E_ARG as claif_store_v1.describe does.
  void describe(const sdk::Description& description);
  using Emit = std::function<void(std::string_view item)>;
  void undescribed(uint32_t limit, const Emit& emit);
  // The cursor of the next page; empty at the end.
  std::string find(const sdk::SessionQuery& query, const Emit& emit);

 private:
  std::string find_newest(const sdk::SessionQuery& query, const Emit& emit);
  std::string find_words(const sdk::SessionQuery& query, const Emit& emit);
  void remove_words(int64_t key, bool title_too);

  sqlite::Database& db_;
};

}  // namespace claif::stores

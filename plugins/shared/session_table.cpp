#include "shared/session_table.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <rapidjson/document.h>

namespace claif::stores {
namespace {

constexpr size_t kMaxListing = 65'536;
// Words of a session have the rowids key * 2^20 (its title) and up.
constexpr int kPieceBits = 20;

bool contains(const rapidjson::Value& whole, const rapidjson::Value& part) {
  if (!whole.IsObject() || !part.IsObject()) return whole == part;
  return std::all_of(part.MemberBegin(), part.MemberEnd(), [&](const auto& member) {
    const auto found = whole.FindMember(member.name);
    return found != whole.MemberEnd() && contains(found->value, member.value);
  });
}

// listing_has(listing, match) as a function of SQL. A match that is empty asks for nothing.
void listing_has(sqlite3_context* context, int, sqlite3_value** values) {
  const auto text = [&](int i) {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_value_text(values[i]));
    return std::string_view(bytes != nullptr ? bytes : "",
                            static_cast<size_t>(sqlite3_value_bytes(values[i])));
  };
  const std::string_view wanted = text(1);
  if (wanted.empty()) return sqlite3_result_int(context, 1);
  auto* match = static_cast<rapidjson::Document*>(sqlite3_get_auxdata(context, 1));
  if (match == nullptr) {
    match = new rapidjson::Document;
    match->Parse(wanted.data(), wanted.size());
    sqlite3_set_auxdata(context, 1, match,
                        [](void* d) { delete static_cast<rapidjson::Document*>(d); });
    match = static_cast<rapidjson::Document*>(sqlite3_get_auxdata(context, 1));
    if (match == nullptr) return sqlite3_result_error_nomem(context);
  }
  rapidjson::Document listing;
  const std::string_view has = text(0);
  listing.Parse(has.data(), has.size());
  sqlite3_result_int(context, !listing.HasParseError() && contains(listing, *match) ? 1 : 0);
}

void require_match(std::string_view match) {
  if (match.empty()) return;
  rapidjson::Document doc;
  if (doc.Parse(match.data(), match.size()).HasParseError() || !doc.IsObject())
    throw sdk::Error("'match' of a session query is no JSON object", CLAIF_E_ARG);
}

// Each word as a phrase of FTS5, whatever it is made of.
std::string phrases(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = text.find_first_not_of(" \t\r\n", at);
    if (begin == std::string_view::npos) break;
    at = std::min(text.find_first_of(" \t\r\n", begin), text.size());
    out += out.empty() ? "\"" : " \"";
    for (const char c : text.substr(begin, at - begin)) {
      if (c == '\0') continue;
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  return out;
}

// Columns 0 to 4: id, records, bytes, updated_ms, listing.
std::string item(const sqlite::Query& row) {
  std::string out = R"({"id":")";
  out.append(row.text(0)).append(R"(","records":)").append(row.text(1));
  out.append(R"(,"bytes":)").append(row.text(2)).append(R"(,"updated_ms":)").append(row.text(3));
  if (!row.is_null(4)) out.append(R"(,"listing":)").append(row.text(4));
  return out += '}';
}

int64_t until(const sdk::SessionQuery& query) {
  return query.until_ms != 0 ? query.until_ms : std::numeric_limits<int64_t>::max();
}

// "<number>:<rest>"
int64_t read_cursor(std::string_view cursor, std::string_view& rest) {
  int64_t out = 0;
  const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), out);
  rest = cursor.substr(static_cast<size_t>(end - cursor.data()));
  if (error != std::errc{} || !rest.starts_with(':'))
    throw sdk::Error("'" + std::string(cursor) + "' is no cursor of a session list", CLAIF_E_ARG);
  rest.remove_prefix(1);
  return out;
}

}  // namespace

SessionTable::SessionTable(sqlite::Database& db) : db_(db) {
  db_.exec(R"sql(
    CREATE TABLE IF NOT EXISTS sessions (
      key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, epoch TEXT NOT NULL,
      records INTEGER NOT NULL, bytes INTEGER NOT NULL, updated_ms INTEGER NOT NULL,
      described INTEGER NOT NULL DEFAULT 0, pieces INTEGER NOT NULL DEFAULT 0, listing TEXT,
      base INTEGER NOT NULL DEFAULT 0, erased_ms INTEGER, stamp TEXT NOT NULL DEFAULT '');
    CREATE UNIQUE INDEX IF NOT EXISTS sessions_id ON sessions (id) WHERE erased_ms IS NULL;
    CREATE INDEX IF NOT EXISTS sessions_newest ON sessions (updated_ms DESC, id) WHERE erased_ms IS NULL;
    CREATE INDEX IF NOT EXISTS sessions_undescribed ON sessions (id)
      WHERE described < records AND erased_ms IS NULL;
    CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
      title, text, tokenize="unicode61 remove_diacritics 2"))sql");
  const int result = sqlite3_create_function_v2(
      db_.raw(), "listing_has", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, nullptr,
      &listing_has, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) throw sqlite::Error("SQLite takes no function", result);
}

bool SessionTable::get(std::string_view id, SessionRow& out) {
  auto query = db_.query(
      "SELECT key, epoch, records, bytes, described, updated_ms FROM sessions"
      " WHERE id = ?1 AND erased_ms IS NULL");
  if (!query.bind(1, id).step()) return false;
  out = {query.integer(0), std::string(query.text(1)),
         query.count(2),   query.count(3),
         query.count(4),   query.integer(5)};
  return true;
}

int64_t SessionTable::insert(std::string_view id, const SessionRow& row) {
  db_.query("INSERT INTO sessions (id, epoch, records, bytes, updated_ms) VALUES (?1,?2,?3,?4,?5)")
      .bind(1, id)
      .bind(2, row.epoch)
      .bind(3, row.records)
      .bind(4, row.bytes)
      .bind(5, row.updated_ms)
      .step();
  return db_.last_rowid();
}

void SessionTable::update(const SessionRow& row) {
  db_.query("UPDATE sessions SET epoch=?2, records=?3, bytes=?4, updated_ms=?5 WHERE key=?1")
      .bind(1, row.key)
      .bind(2, row.epoch)
      .bind(3, row.records)
      .bind(4, row.bytes)
      .bind(5, row.updated_ms)
      .step();
}

void SessionTable::remove_words(int64_t key, bool title_too) {
  db_.query("DELETE FROM words WHERE rowid BETWEEN ?1 AND ?2")
      .bind(1, (key << kPieceBits) + (title_too ? 0 : 1))
      .bind(2, (key << kPieceBits) + (int64_t{1} << kPieceBits) - 1)
      .step();
}

void SessionTable::remove(int64_t key) {
  remove_words(key, true);
  db_.query("DELETE FROM sessions WHERE key = ?1").bind(1, key).step();
}

void SessionTable::describe(const sdk::Description& d) {
  rapidjson::Document listing;
  if (d.listing.size() > kMaxListing ||
      listing.Parse(d.listing.data(), d.listing.size()).HasParseError() || !listing.IsObject())
    throw sdk::Error("a session's listing is one JSON object of at most 64 KiB", CLAIF_E_ARG);
  SessionRow row;
  if (!get(d.session, row))
    throw sdk::Error("there is no session '" + std::string(d.session) + "'", CLAIF_E_NOT_FOUND);
  if ((!d.epoch.empty() && d.epoch != row.epoch) || d.from > row.described)
    throw sdk::Error("session '" + std::string(d.session) + "' was described up to record " +
                         std::to_string(row.described),
                     CLAIF_E_CONFLICT);
  if (d.records < row.described || (d.records == row.described && d.from > 0)) return;
  if (d.from == 0) remove_words(row.key, false);
  db_.query(
         "UPDATE sessions SET described=?2, listing=?3,"
         " pieces = CASE ?4 WHEN 0 THEN 1 ELSE pieces + 1 END WHERE key=?1")
      .bind(1, row.key)
      .bind(2, d.records)
      .bind(3, d.listing)
      .bind(4, d.from)
      .step();
  int64_t piece = 0;
  {
    auto pieces = db_.query("SELECT pieces FROM sessions WHERE key=?1");
    if (pieces.bind(1, row.key).step()) piece = pieces.integer(0);
  }
  const auto put = [&](int64_t n, std::string_view title, std::string_view text) {
    db_.query("INSERT OR REPLACE INTO words (rowid, title, text) VALUES (?1, ?2, ?3)")
        .bind(1, (row.key << kPieceBits) + n)
        .bind(2, title)
        .bind(3, text)
        .step();
  };
  bool same_title = false;
  {
    auto title = db_.query("SELECT title FROM words WHERE rowid = ?1");
    same_title = title.bind(1, row.key << kPieceBits).step() && title.text(0) == d.title;
  }
  if (!same_title) put(0, d.title, "");
  if (!d.text.empty() && piece < (int64_t{1} << kPieceBits)) put(piece, "", d.text);
}

void SessionTable::undescribed(uint32_t limit, const Emit& emit) {
  auto query = db_.query(
      "SELECT id, records, described FROM sessions"
      " WHERE described < records AND erased_ms IS NULL LIMIT ?1");
  query.bind(1, int64_t{limit});
  while (query.step())
    emit(R"({"id":")" + std::string(query.text(0)) + R"(","records":)" +
         std::string(query.text(1)) + R"(,"described":)" + std::string(query.text(2)) + "}");
}

std::string SessionTable::find(const sdk::SessionQuery& query, const Emit& emit) {
  require_match(query.match);
  if (query.limit == 0) return {};
  return query.text.empty() ? find_newest(query, emit) : find_words(query, emit);
}

std::string SessionTable::find_newest(const sdk::SessionQuery& query, const Emit& emit) {
  int64_t before_ms = std::numeric_limits<int64_t>::max();
  std::string_view after_id;
  if (!query.cursor.empty()) before_ms = read_cursor(query.cursor, after_id);
  auto rows = db_.query(
      "SELECT id, records, bytes, updated_ms, listing FROM sessions"
      " WHERE erased_ms IS NULL AND updated_ms <= ?1 AND (updated_ms < ?1 OR id > ?2)"
      " AND updated_ms >= ?3 AND updated_ms < ?4 AND listing_has(listing, ?5)"
      " ORDER BY updated_ms DESC, id LIMIT ?6");
  rows.bind(1, before_ms)
      .bind(2, after_id)
      .bind(3, query.since_ms)
      .bind(4, until(query))
      .bind(5, query.match)
      .bind(6, int64_t{query.limit} + 1);
  std::string last;
  for (uint32_t n = 0; rows.step(); ++n) {
    if (n == query.limit) return last;
    emit(item(rows));
    last.assign(rows.text(3)).append(":").append(rows.text(0));
  }
  return {};
}

std::string SessionTable::find_words(const sdk::SessionQuery& query, const Emit& emit) {
  const std::string wanted = phrases(query.text);
  if (wanted.empty()) return find_newest(query, emit);
  std::string_view rest;
  const int64_t skip = query.cursor.empty() ? 0 : read_cursor(query.cursor, rest);
  auto rows = db_.query(
      "WITH hits AS MATERIALIZED"
      " (SELECT rowid >> 20 AS key, bm25(words, 10.0, 1.0) AS score FROM words WHERE words MATCH "
      "?1),"
      " best AS MATERIALIZED (SELECT key, min(score) AS score FROM hits GROUP BY key)"
      " SELECT s.id, s.records, s.bytes, s.updated_ms, s.listing"
      " FROM best JOIN sessions s ON s.key = best.key"
      " WHERE s.erased_ms IS NULL AND s.updated_ms >= ?2 AND s.updated_ms < ?3"
      " AND listing_has(s.listing, ?4)"
      " ORDER BY best.score, s.updated_ms DESC, s.id LIMIT ?5 OFFSET ?6");
  rows.bind(1, wanted)
      .bind(2, query.since_ms)
      .bind(3, until(query))
      .bind(4, query.match)
      .bind(5, int64_t{query.limit} + 1)
      .bind(6, skip);
  for (uint32_t n = 0; rows.step(); ++n) {
    if (n == query.limit) return std::to_string(skip + query.limit) + ":";
    emit(item(rows));
  }
  return {};
}

}  // namespace claif::stores

#include "search.hpp"

#include <algorithm>
#include <charconv>

#include <rapidjson/document.h>

namespace claif::store_postgres {

std::string without_zeros(std::string_view json) {
  std::string out(json);
  for (size_t at = 0; (at = out.find("\\u0000", at)) != std::string::npos;) {
    size_t slashes = 0;
    while (at > slashes && out[at - 1 - slashes] == '\\')
      ++slashes;
    if (slashes % 2 == 0)
      out.erase(at, 6);
    else
      at += 6;
  }
  return out;
}

void put_words(
    Connection& db, uint64_t key, uint64_t piece, std::string_view text, const char* weight) {
  // A tsvector holds a megabyte; what is longer is found by its beginning.
  const std::string_view begin = text.substr(0, sdk::utf8_prefix(text, 400'000));
  db.query(
      "INSERT INTO words VALUES ($1, $2, setweight(to_tsvector('simple', $3), $4::\"char\"))"
      " ON CONFLICT (session, piece) DO UPDATE SET found = excluded.found",
      {key, piece, begin, weight});
}

namespace {

// Columns 0 to 4: id, version, bytes, updated_ms, listing.
void emit_row(const Rows& rows, int i, const Emit& emit) {
  std::string out = R"({"id":")";
  out.append(rows.text(i, 0)).append(R"(","records":)").append(rows.text(i, 1));
  out.append(R"(,"bytes":)").append(rows.text(i, 2));
  out.append(R"(,"updated_ms":)").append(rows.text(i, 3));
  if (!rows.is_null(i, 4)) out.append(R"(,"listing":)").append(rows.text(i, 4));
  emit(out + "}");
}

std::string match_of(const sdk::SessionQuery& query) {
  return query.match.empty() ? "{}" : without_zeros(query.match);
}
int64_t until(const sdk::SessionQuery& query) {
  return query.until_ms != 0 ? query.until_ms : INT64_MAX;
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

std::string find_newest(Connection& db, const sdk::SessionQuery& query, const Emit& emit) {
  int64_t before_ms = INT64_MAX;
  std::string_view after_id;
  if (!query.cursor.empty()) before_ms = read_cursor(query.cursor, after_id);
  const Rows rows = db.query(
      "SELECT id, version, bytes, updated_ms, listing FROM sessions"
      " WHERE erased_ms IS NULL AND ($5::jsonb = '{}' OR facts @> $5::jsonb)"
      " AND updated_ms <= $1 AND (updated_ms < $1 OR id > $2 COLLATE \"C\")"
      " AND updated_ms >= $3 AND updated_ms < $4"
      " ORDER BY updated_ms DESC, id COLLATE \"C\" LIMIT $6",
      {before_ms, after_id, query.since_ms, until(query), match_of(query),
       uint64_t{query.limit} + 1});
  const int shown = std::min(rows.count(), static_cast<int>(query.limit));
  for (int i = 0; i < shown; ++i)
    emit_row(rows, i, emit);
  if (rows.count() == shown || shown == 0) return {};
  return std::string(rows.text(shown - 1, 3)) + ":" + std::string(rows.text(shown - 1, 0));
}

std::string find_words(Connection& db, const sdk::SessionQuery& query, const Emit& emit) {
  std::string_view rest;
  const int64_t skip = query.cursor.empty() ? 0 : read_cursor(query.cursor, rest);
  const Rows rows = db.query(
      "SELECT s.id, s.version, s.bytes, s.updated_ms, s.listing FROM sessions s JOIN"
      " (SELECT session, max(ts_rank(found, plainto_tsquery('simple', $1))) AS rank FROM words"
      "  WHERE found @@ plainto_tsquery('simple', $1) GROUP BY session) w ON w.session = s.key"
      " WHERE s.erased_ms IS NULL AND ($4::jsonb = '{}' OR s.facts @> $4::jsonb)"
      " AND s.updated_ms >= $2 AND s.updated_ms < $3"
      " ORDER BY w.rank DESC, s.updated_ms DESC, s.id COLLATE \"C\" LIMIT $5 OFFSET $6",
      {query.text, query.since_ms, until(query), match_of(query), uint64_t{query.limit} + 1, skip});
  const int shown = std::min(rows.count(), static_cast<int>(query.limit));
  for (int i = 0; i < shown; ++i)
    emit_row(rows, i, emit);
  return rows.count() > shown && shown > 0 ? std::to_string(skip + shown) + ":" : std::string();
}

}  // namespace

std::string find(Connection& db, const sdk::SessionQuery& query, const Emit& emit) {
  rapidjson::Document match;
  if (!query.match.empty() &&
      (match.Parse(query.match.data(), query.match.size()).HasParseError() || !match.IsObject()))
    throw sdk::Error("'match' of a session query is no JSON object", CLAIF_E_ARG);
  return query.text.empty() ? find_newest(db, query, emit) : find_words(db, query, emit);
}

}  // namespace claif::store_postgres

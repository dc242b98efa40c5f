#include "connection.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace claif::store_postgres {
namespace {

std::string first_line(const char* text) {
  const std::string_view all = text != nullptr ? text : "";
  return std::string(all.substr(0, all.find('\n')));
}

// What an SQLSTATE means to who called.
claif_status status_of(const char* state) {
  const std::string_view code = state != nullptr ? state : "";
  if (code.starts_with("40") || code == "55P03" || code == "57014")  // serialization, lock, timeout
    return CLAIF_E_UNAVAILABLE;
  if (code.starts_with("53") || code.starts_with("57") || code.starts_with("08"))
    return CLAIF_E_UNAVAILABLE;  // no space, shutting down, no connection
  return CLAIF_E_INTERNAL;
}

}  // namespace

uint64_t Rows::number_of(std::string_view digits) {
  uint64_t out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

Connection::Connection(const std::string& info) : raw_(PQconnectdb(info.c_str())) {
  if (raw_ == nullptr || PQstatus(raw_.get()) != CONNECTION_OK)
    throw sdk::Error("cannot reach PostgreSQL: " + first_line(PQerrorMessage(raw_.get())),
                     CLAIF_E_UNAVAILABLE);
  PQsetNoticeProcessor(
      raw_.get(), [](void*, const char*) {}, nullptr);
  query("SET statement_timeout = '5s'");
  query("SET lock_timeout = '2s'");
  query("SET idle_in_transaction_session_timeout = '10s'");
}

Rows Connection::query(const char* sql, std::initializer_list<Parameter> parameters) {
  std::vector<std::string> texts;
  std::vector<const char*> values;
  for (const Parameter& parameter : parameters) {
    texts.push_back(parameter.text);
    texts.back().erase(std::remove(texts.back().begin(), texts.back().end(), '\0'),
                       texts.back().end());
  }
  for (const std::string& text : texts)
    values.push_back(text.c_str());
  PGresult* const result = PQexecParams(raw_.get(), sql, static_cast<int>(values.size()), nullptr,
                                        values.data(), nullptr, nullptr, 0);
  const ExecStatusType status = PQresultStatus(result);
  Rows out(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return out;
  const claif_status code =
      lost() ? CLAIF_E_UNAVAILABLE : status_of(PQresultErrorField(result, PG_DIAG_SQLSTATE));
  throw sdk::Error("PostgreSQL: " + first_line(PQerrorMessage(raw_.get())), code);
}

}  // namespace claif::store_postgres

// A connection to PostgreSQL, for one thread at a time. Errors are sdk::Error.
#pragma once

#include <claif/sdk/text.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include <libpq-fe.h>

namespace claif::store_postgres {

// The rows of an answer; columns count from 0.
class Rows {
 public:
  explicit Rows(PGresult* result) noexcept : result_(result) {}
  int count() const noexcept { return PQntuples(result_.get()); }
  uint64_t changed() const { return number_of(PQcmdTuples(result_.get())); }
  bool is_null(int row, int column) const noexcept {
    return PQgetisnull(result_.get(), row, column) != 0;
  }
  std::string_view text(int row, int column) const noexcept {
    return {PQgetvalue(result_.get(), row, column),
            static_cast<size_t>(PQgetlength(result_.get(), row, column))};
  }
  uint64_t number(int row, int column) const { return number_of(text(row, column)); }

 private:
  static uint64_t number_of(std::string_view digits);
  struct Clear {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
  };
  std::unique_ptr<PGresult, Clear> result_;
};

// A parameter: text, or a number.
struct Parameter {
  Parameter(std::string_view value) : text(value) {}
  Parameter(const std::string& value) : text(value) {}
  Parameter(const char* value) : text(value) {}
  Parameter(uint64_t value) : text(std::to_string(value)) {}
  Parameter(int64_t value) : text(std::to_string(value)) {}
  std::string text;  // without zero bytes, which PostgreSQL's text cannot hold
};

class Connection {
 public:
  explicit Connection(const std::string& info);

  // One statement with bound parameters, $1 and so on. A broken connection is E_UNAVAILABLE, and
  // lost() from then on.
  Rows query(const char* sql, std::initializer_list<Parameter> parameters = {});
  bool lost() const noexcept { return PQstatus(raw_.get()) != CONNECTION_OK; }

 private:
  struct Finish {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  };
  std::unique_ptr<PGconn, Finish> raw_;
};

}  // namespace claif::store_postgres

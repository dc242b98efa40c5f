#include "database.hpp"

#include <claif/sdk/text.hpp>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace claif::cache_sqlite {
namespace {

[[noreturn]] void fail(sqlite3* database, int result) {
  std::string text = "SQLite: ";
  text += database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(result);
  const bool passes = result == SQLITE_BUSY || result == SQLITE_FULL || result == SQLITE_LOCKED;
  throw sdk::Error(text, passes ? CLAIF_E_UNAVAILABLE : CLAIF_E_INTERNAL);
}

}  // namespace

Query& Query::bind(int at, std::string_view blob) {
  check(sqlite3_bind_blob64(statement_, at, blob.empty() ? "" : blob.data(), blob.size(),
                            SQLITE_STATIC));
  return *this;
}

Query& Query::bind(int at, int64_t number) {
  check(sqlite3_bind_int64(statement_, at, number));
  return *this;
}

bool Query::step() {
  const int result = sqlite3_step(statement_);
  if (result != SQLITE_ROW && result != SQLITE_DONE) fail(database_, result);
  return result == SQLITE_ROW;
}

std::string Query::blob(int column) const {
  const void* const data = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<size_t>(sqlite3_column_bytes(statement_, column));
  return data != nullptr ? std::string(static_cast<const char*>(data), size) : std::string();
}

void Query::check(int result) const {
  if (result != SQLITE_OK) fail(database_, result);
}

Database::Database(const std::string& path) : database_(nullptr, &sqlite3_close) {
  // SQLite would give a new file the mode that the umask leaves. One that exists is not opened
  // here: to close it again would end the locks of this process's other connections.
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0 && errno != EEXIST) throw sdk::Error("cannot create " + path, CLAIF_E_ARG);
  if (fd >= 0) ::close(fd);
  sqlite3* opened = nullptr;
  const int result =
      sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(opened);
  if (result != SQLITE_OK) fail(opened, result);
}

void Database::run(const char* sql) {
  if (const int result = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
      result != SQLITE_OK)
    fail(database_.get(), result);
}

Database::Statement Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (const int result = sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT,
                                            &statement, nullptr);
      result != SQLITE_OK)
    fail(database_.get(), result);
  return {statement, &sqlite3_finalize};
}

}  // namespace claif::cache_sqlite

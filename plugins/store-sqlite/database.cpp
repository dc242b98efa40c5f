#include "database.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace claif::store_sqlite {
namespace {

constexpr int kCheckpointPages = 1'000;
constexpr std::chrono::milliseconds kLockPoll{2};

}  // namespace

// sessions.lock, which is never removed. Its descriptor is not one of the database file: closing
// another of those would end SQLite's own locks.
class SessionDatabase::Lock {
 public:
  Lock(const std::string& path, std::chrono::milliseconds left)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)) {
    const auto failed = [&] {
      const int error = errno;
      if (fd_ >= 0) ::close(fd_);
      throw sdk::Error("cannot lock " + path + ": " + std::generic_category().message(error));
    };
    if (fd_ < 0) failed();
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    while (::fcntl(fd_, F_OFD_SETLK, &whole) != 0) {
      if (errno != EAGAIN && errno != EACCES && errno != EINTR) failed();
      if (left <= std::chrono::milliseconds::zero()) {
        ::close(fd_);
        throw sdk::Error("the sessions are busy in another process", CLAIF_E_UNAVAILABLE);
      }
      std::this_thread::sleep_for(kLockPoll);
      left -= kLockPoll;
    }
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { ::close(fd_); }

 private:
  int fd_;
};

SessionDatabase::SessionDatabase(sdk::Host host,
                                 std::string dir,
                                 std::chrono::milliseconds lock_timeout)
    : host_(host), dir_(std::move(dir)), lock_timeout_(lock_timeout) {
  write([](Open&) {});  // creates what is missing, or says why not
}

SessionDatabase::Open::Open(const std::string& path)
    : db(path),
      table((db.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                     "PRAGMA journal_size_limit=67108864; PRAGMA wal_autocheckpoint=0"),
             db)) {
  db.exec(R"sql(
    CREATE TABLE IF NOT EXISTS records (
      session INTEGER NOT NULL REFERENCES sessions (key), seq INTEGER NOT NULL,
      msg_id TEXT NOT NULL, record TEXT NOT NULL,
      UNIQUE (session, seq), UNIQUE (session, msg_id)))sql");
  sqlite3_wal_hook(
      db.raw(),
      [](void* open, sqlite3*, const char*, int pages) {
        static_cast<Open*>(open)->wal_pages = pages;
        return SQLITE_OK;
      },
      this);
}

SessionDatabase::Open& SessionDatabase::open() {
  if (!open_) open_ = std::make_unique<Open>(path());
  return *open_;
}

void SessionDatabase::write(const std::function<void(Open&)>& work) {
  const std::lock_guard guard(mutex_);
  const Lock lock(dir_ + "/sessions.lock", lock_timeout_);
  Open& opened = open();
  sqlite::Transaction transaction(opened.db);
  work(opened);
  try {
    transaction.commit();
  } catch (const sqlite::Error& error) {
    open_.reset();  // what is on the disk is read again
    throw sdk::Error(std::string("indeterminate: ") + error.what());
  }
  if (opened.wal_pages >= kCheckpointPages) checkpoint(opened);
}

void SessionDatabase::read(const std::function<void(Open&)>& work) {
  const std::lock_guard guard(mutex_);
  if (!open_) {
    const Lock lock(dir_ + "/sessions.lock", lock_timeout_);
    open();
  }
  open_->db.exec("BEGIN");
  const auto end = [](sqlite3* db) { sqlite3_exec(db, "ROLLBACK", nullptr, nullptr, nullptr); };
  const std::unique_ptr<sqlite3, decltype(end)> ending(open_->db.raw(), end);
  work(*open_);
}

// A reader in its way only postpones it.
void SessionDatabase::checkpoint(Open& opened) {
  const int result = sqlite3_wal_checkpoint_v2(opened.db.raw(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                               nullptr, nullptr);
  if (result == SQLITE_OK) opened.wal_pages = 0;
  if (result != SQLITE_OK && (result & 0xFF) != SQLITE_BUSY)
    host_.log(CLAIF_LOG_ERROR,
              "the checkpoint of " + path() + " failed: " + sqlite3_errstr(result));
}

}  // namespace claif::store_sqlite

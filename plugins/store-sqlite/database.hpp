// The database of the sessions: one file, one connection, and the lock that orders its writers.
#pragma once

#include "shared/session_table.hpp"
#include "shared/sqlite.hpp"

#include <claif/sdk/host.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace claif::store_sqlite {

// SQLite 3.40 may lose commits when one races with a checkpoint of another connection. Therefore a
// lock of our own, which all processes share, is held around each transaction that writes and each
// checkpoint; nothing else checkpoints. [any]
class SessionDatabase {
 public:
  SessionDatabase(sdk::Host host, std::string dir, std::chrono::milliseconds lock_timeout);

  struct Open {
    explicit Open(const std::string& path);
    sqlite::Database db;
    stores::SessionTable table;
    int wal_pages = 0;  // as of the last commit
  };

  // One transaction each; what `work` throws rolls it back. A failed commit is indeterminate.
  void write(const std::function<void(Open&)>& work);
  void read(const std::function<void(Open&)>& work);

  const std::string& dir() const { return dir_; }
  std::string path() const { return dir_ + "/sessions.sqlite"; }

 private:
  class Lock;
  Open& open();
  void checkpoint(Open& open);

  const sdk::Host host_;
  const std::string dir_;
  const std::chrono::milliseconds lock_timeout_;
  std::mutex mutex_;
  std::unique_ptr<Open> open_;
};

}  // namespace claif::store_sqlite

// The log of one session.
#pragma once

#include "file.hpp"
#include "scan.hpp"

#include <claif/sdk/host.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace claif::store_jsonl {

struct StoreSettings {
  std::string dir;
  uint64_t min_free = 0;  // bytes that an append leaves on the disk
  std::chrono::milliseconds lock_timeout{0};
};

// What a load found. The records are views into the bytes.
struct Loaded {
  std::string bytes;
  Scan scan;
};

// One object for each session in a process; other processes and instances are kept out by the lock
// file <session>.lock, which is never removed. Failures are thrown. [any]
class SessionLog {
 public:
  SessionLog(sdk::Host host, const StoreSettings& settings, std::string session);

  // Repairs a torn tail; copies a damaged log to quarantine/ and leaves it as it is.
  Loaded load();
  // The new number of records, durable.
  uint64_t append(uint64_t expect, std::string_view record);
  // To trash/.
  void erase();
  // A sync failed: what the disk holds is not known any more, and appends are refused.
  bool poisoned() const noexcept { return poisoned_; }

 private:
  struct View {
    bool known = false;
    dev_t dev = 0;
    ino_t ino = 0;
    Tail tail;
  };

  std::string path(std::string_view suffix) const;
  bool exists() const;
  File lock() const;
  // Brings view_ up to date with the file.
  void refresh(const File& file);
  Loaded rescan(const File& file, Tail from);
  void save_torn_tail(const File& file, std::string_view tail, uint64_t keep);
  void save_damaged(std::string_view bytes, const std::string& damage);
  File create();
  void write_header(const File& file);
  void require_space(const File& file, size_t bytes) const;
  void write_line(const File& file, std::string_view line);
  void remember(const File& file, const Tail& tail);

  const sdk::Host host_;
  const StoreSettings& settings_;
  const std::string session_;
  std::mutex mutex_;
  View view_;
  std::atomic<bool> poisoned_{false};
};

}  // namespace claif::store_jsonl

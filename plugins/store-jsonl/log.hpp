// The log of one session.
#pragma once

#include "layout.hpp"
#include "scan.hpp"

#include <claif/sdk/host.hpp>
#include <claif/sdk/session_store.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sys/types.h>

namespace claif::store_jsonl {

struct StoreSettings {
  std::string dir;
  uint64_t min_free = 0;  // bytes that an append leaves on the disk
  std::chrono::milliseconds lock_timeout{0};
  uint64_t segment_bytes = uint64_t{8} << 20;
  uint64_t segment_records = 4096;
  uint64_t backup_appends = 100;  // 0: no backups
  std::chrono::milliseconds backup_time{300'000};
};

// A session without its records.
struct Facts {
  uint64_t records = 0, base = 0, bytes = 0;
  int64_t updated_ms = 0;
  std::string epoch;
};

// What a read found. The records are views into the bytes.
struct Loaded {
  std::vector<std::string> bytes;  // of each file that was read
  std::map<uint64_t, LogRecord> records;
  Facts facts;
  std::vector<uint64_t> firsts;  // the numbers of the first records of the files
  std::string damage;            // what is wrong; empty: nothing
};

// One object for each session in a process; other processes and instances are kept out by the lock
// file. Failures are thrown. [any]
class SessionLog {
 public:
  SessionLog(sdk::Host host, const StoreSettings& settings, std::string session);

  // The records after number `after`. Repairs a torn tail; fills gaps from backups; copies a log
  // that stays damaged to quarantine/ and leaves it as it is.
  Loaded read(uint64_t after);
  // The number of the record, durable. A record id that is empty is made up.
  uint64_t append(const sdk::AppendOnce& record);
  void compact(uint64_t upto, std::string_view record);
  Facts facts();
  void erase();  // to trash/
  uint64_t restore_from_trash();
  // What neither the log nor a good backup has is lost, and {"lost":true} in its place.
  uint64_t restore_from_backup();
  // Backs up when that is due; a failure is logged.
  void back_up_if_due();
  // A sync failed: the active file must be made anew before it is used again.
  bool poisoned() const noexcept { return poisoned_; }

 private:
  struct View {
    bool known = false;
    dev_t dev = 0;
    ino_t ino = 0;
    Header header;  // of the active file
    Tail tail;
    uint64_t base = 0, sealed_bytes = 0;
    std::vector<uint64_t> offsets;             // of the records in the active file
    std::unordered_map<size_t, uint64_t> ids;  // hash of a record's id: its number
  };

  [[noreturn]] void throw_missing() const;
  bool exists() const { return file_exists(layout_.active()); }
  File lock() const;
  File open_active() const;
  Facts facts_of_view() const;

  // log_read.cpp: from the files to view_.
  void refresh(const File& file);
  void bring_up_to_date(File& file);
  bool is_current(const File& file) const;
  Loaded load_all(const File& file, bool may_repair = true);
  void read_segments(Loaded& out, const Header& active);
  void adopt(const File& file, Scan scan, bool resumed);
  void save_torn_tail(const File& file, std::string_view tail, uint64_t keep);
  void save_damaged(std::string_view bytes, const std::string& damage);
  bool has_id(const File& file, std::string_view id, uint64_t& seq);

  // log_write.cpp: one record more.
  File create();
  void write_header(const File& file, const Header& header);
  Header first_header() const;
  void require_space(const File& file, size_t bytes) const;
  void write_line(const File& file, std::string_view line);
  File seal(const File& file);

  // log_files.cpp: whole files.
  // The active file made anew, of these records; the first stands for `base` if that is not 0.
  void rewrite(const std::map<uint64_t, LogRecord>& records, uint64_t base);
  void renew(const File& file);
  void replace_active(std::string_view bytes);
  void retire_segments(uint64_t before);

  const sdk::Host host_;
  const StoreSettings& settings_;
  const Layout layout_;
  std::mutex mutex_;
  View view_;
  std::atomic<bool> poisoned_{false};
  uint64_t appends_ = 0;  // since the last backup
  int64_t backed_up_ms_ = 0;
};

}  // namespace claif::store_jsonl

// Backups of a session: backups/<id>/<ms>-<records>/ holds links to the sealed files, a copy of the
// active one, and manifest.json with the SHA-256 of each. A backup counts only when all of it is as
// its manifest says. Three of the last are kept, and the last of each of seven days.
#pragma once

#include "layout.hpp"
#include "log_line.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace claif::store_jsonl {

struct BackupOf {
  std::vector<Segment> segments;
  std::string active;  // the bytes of the active file
  uint64_t records = 0;
  int64_t now_ms = 0;
};
void make_backup(const Layout& layout, const BackupOf& what);

// The records of a backup, by number. The lines are views into the bytes.
struct Backup {
  std::string path;
  std::vector<std::string> bytes;
  Header header;  // of its active file
  std::map<uint64_t, LogRecord> records;
};
// All that verify, the newest first.
std::vector<Backup> good_backups(const Layout& layout);

}  // namespace claif::store_jsonl

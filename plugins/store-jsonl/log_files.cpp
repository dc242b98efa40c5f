// Whole files of a session: sealed, made anew, erased, brought back.
#include "backup.hpp"
#include "log.hpp"

#include <filesystem>

#include <sys/file.h>

namespace claif::store_jsonl {

namespace fs = std::filesystem;

// The new file is complete and durable before it takes the place of the old one.
void SessionLog::replace_active(std::string_view bytes) {
  const std::string draft = layout_.path(".draft");
  ::unlink(draft.c_str());  // of an earlier attempt
  write_new_file(draft, bytes);
  rename_file(draft, layout_.active());
  sync_directory(layout_.dir());
}

File SessionLog::seal(const File& file) {
  const uint64_t number = view_.header.segment;
  const std::string sealed = layout_.segment(number);
  // It exists when an earlier attempt could not make the new file.
  if (::link(layout_.active().c_str(), sealed.c_str()) != 0 && errno != EEXIST)
    throw_errno("cannot seal session '" + layout_.session() + "'");
  sync_directory(layout_.dir());  // before the old name ends
  Header next = view_.header;
  next.ts_ms = host_.wall_ms();
  next.segment = number + 1;
  next.first = view_.tail.seq;
  next.base = 0;
  next.prev = view_.tail.hash;
  const std::string line = header_line(layout_.session(), next);
  replace_active(line);
  view_.sealed_bytes += static_cast<uint64_t>(stat_of(file).st_size);
  File opened = open_active();
  adopt(opened, scan(line, {}, layout_.session()), false);
  return opened;
}

void SessionLog::rewrite(const std::map<uint64_t, LogRecord>& records, uint64_t base) {
  Header header = view_.header;
  const uint64_t old_segment = header.segment;
  header.ts_ms = host_.wall_ms();
  header.segment = old_segment + 1;
  header.first = records.empty() ? 0 : records.begin()->first - 1;
  header.base = base;
  header.prev.clear();
  std::string bytes = header_line(layout_.session(), header);
  Hash prev = hash_of(std::string_view(bytes).substr(0, bytes.size() - 1));
  for (const auto& [number, record] : records) {
    const std::string line = record_line(number, record.id, record.ts_ms, prev, record.record);
    prev = hash_of(read_record(std::string_view(line).substr(0, line.size() - 1)).value().body);
    bytes += line;
  }
  require_space(File::open(layout_.dir(), O_RDONLY | O_DIRECTORY), bytes.size());
  view_ = {};
  replace_active(bytes);
  retire_segments(old_segment + 1);
}

// After a failed sync nobody knows what of the pages is on the disk: they are written again, into a
// file that has none of them.
void SessionLog::renew(const File& file) {
  view_ = {};
  const std::string bytes = read_range(file, 0, static_cast<uint64_t>(stat_of(file).st_size));
  const Scan found = scan(bytes, {}, layout_.session());
  const bool whole = found.damage.empty() && !found.headless;
  replace_active(whole ? std::string_view(bytes).substr(0, found.tail.size) : bytes);
  poisoned_ = false;
}

// To the trash; for the maker of a new session: all that there are.
void SessionLog::retire_segments(uint64_t before) {
  std::vector<std::string> old;
  if (before == UINT64_MAX) {
    for (uint64_t n = 1; file_exists(layout_.segment(n)); ++n)
      old.push_back(layout_.segment(n));
  } else {
    for (const Segment& segment : layout_.segments(before))
      old.push_back(segment.path);
  }
  if (old.empty()) return;
  const std::string trash = layout_.folder("trash");
  make_directory(trash);
  for (const std::string& path : old)
    rename_file(path,
                unused(trash + "/" + layout_.session() + "." + std::to_string(host_.wall_ms()) +
                       ".retired." + fs::path(path).filename().string()));
  sync_directory(trash);
  sync_directory(layout_.dir());
}

void SessionLog::compact(uint64_t upto, std::string_view record) {
  const std::lock_guard guard(mutex_);
  if (!exists()) throw_missing();
  const File held = lock();
  const File file = open_active();
  if (!file) throw_missing();
  Loaded loaded = load_all(file);
  if (!loaded.damage.empty())
    throw sdk::Error("session '" + layout_.session() + "' is damaged: " + loaded.damage);
  if (upto == 0 || upto > loaded.facts.records)
    throw sdk::Error("session '" + layout_.session() + "' has " +
                         std::to_string(loaded.facts.records) + " records",
                     CLAIF_E_CONFLICT);
  if (upto <= loaded.facts.base) return;
  const std::string id = "compacted." + std::to_string(upto);
  LogRecord& last = loaded.records.at(upto);
  last.id = id;
  last.record = record;
  loaded.records.erase(loaded.records.begin(), loaded.records.find(upto));
  rewrite(loaded.records, upto);
}

void SessionLog::erase() {
  const std::lock_guard guard(mutex_);
  if (!exists()) throw_missing();
  const File held = lock();
  const std::string trash = layout_.folder("trash");
  make_directory(trash);
  const uint64_t segments = [&] {
    const File file = open_active();
    if (!file) throw_missing();
    const std::string begin = read_range(file, 0, 1024);
    const auto header = read_header(begin.substr(0, begin.find('\n')), layout_.session());
    return header ? header->segment : 1;
  }();
  const std::string to =
      unused(trash + "/" + layout_.session() + "." + std::to_string(host_.wall_ms()));
  if (::rename(layout_.active().c_str(), to.c_str()) != 0) {
    if (errno == ENOENT) throw_missing();
    throw_errno("cannot move session '" + layout_.session() + "' to " + to);
  }
  view_ = {};
  poisoned_ = false;
  sync_directory(trash);
  sync_directory(layout_.dir());
  for (const Segment& segment : layout_.segments(segments))
    rename_file(segment.path, to + "." + std::to_string(segment.number) + ".seg");
  if (file_exists(layout_.backups())) rename_file(layout_.backups(), to + ".backups");
  sync_directory(trash);
  sync_directory(layout_.dir());
}

uint64_t SessionLog::restore_from_trash() {
  const std::lock_guard guard(mutex_);
  const auto names = layout_.trashed();
  std::string active;
  for (const auto& [ms, name] : names)  // the last one wins
    if (name.find('.', name.find('.') + 1) == std::string::npos) active = name;
  if (active.empty())
    throw sdk::Error("session '" + layout_.session() + "' is not in the trash", CLAIF_E_NOT_FOUND);
  const File held = lock();
  if (exists())
    throw sdk::Error("there is a session '" + layout_.session() + "' again: rename or erase it",
                     CLAIF_E_CONFLICT);
  const std::string trash = layout_.folder("trash") + "/";
  for (const auto& [ms, name] : names) {
    if (!name.starts_with(active + ".")) continue;
    const std::string rest = name.substr(active.size());
    rename_file(trash + name, rest == ".backups" ? layout_.backups() : layout_.path(rest));
  }
  sync_directory(layout_.dir());
  rename_file(trash + active, layout_.active());
  sync_directory(layout_.dir());
  sync_directory(layout_.folder("trash"));
  const File file = open_active();
  const Loaded loaded = load_all(file);
  return loaded.facts.records;
}

uint64_t SessionLog::restore_from_backup() {
  const std::lock_guard guard(mutex_);
  const File held = lock();
  Loaded loaded;
  if (const File file = open_active()) loaded = load_all(file);
  if (!loaded.records.empty() && loaded.damage.empty()) return loaded.facts.records;  // it is well
  const std::vector<Backup> backups = good_backups(layout_);
  if (loaded.records.empty() && backups.empty())
    throw sdk::Error("there is no good backup of session '" + layout_.session() + "'",
                     CLAIF_E_NOT_FOUND);
  Header header;
  for (const Backup& backup : backups) {
    if (header.epoch.empty()) header = backup.header;
    if (loaded.facts.epoch.empty()) loaded.facts.epoch = backup.header.epoch;
    if (backup.header.epoch != loaded.facts.epoch) continue;  // of another session of that id
    for (const auto& [number, record] : backup.records)
      loaded.records.emplace(number, record);
  }
  const uint64_t base = std::max(loaded.facts.base, header.base);
  const std::string lost = R"({"lost":true})";
  std::vector<std::string> ids;
  ids.reserve(static_cast<size_t>(loaded.records.rbegin()->first));
  for (uint64_t n = std::max<uint64_t>(base, 1); n < loaded.records.rbegin()->first; ++n) {
    if (loaded.records.contains(n)) continue;
    ids.push_back("lost-" + std::to_string(n));
    loaded.records[n] = {n, host_.wall_ms(), ids.back(), "", "", lost};
    host_.log(CLAIF_LOG_ERROR, "session_damaged " + layout_.session() + ": record " +
                                   std::to_string(n) + " is in no backup, and lost");
  }
  view_.header = header;
  view_.header.epoch = loaded.facts.epoch;
  for (uint64_t n = 1; file_exists(layout_.segment(n)); ++n)
    view_.header.segment = std::max(view_.header.segment, n + 1);
  rewrite(loaded.records, base);
  const File file = open_active();
  return load_all(file, false).facts.records;
}

void SessionLog::back_up_if_due() {
  const std::lock_guard guard(mutex_);
  if (settings_.backup_appends == 0 || appends_ == 0 || !view_.known) return;
  const int64_t now = host_.wall_ms();
  if (backed_up_ms_ == 0) backed_up_ms_ = now;  // since when this process knows the session
  if (appends_ < settings_.backup_appends && now - backed_up_ms_ < settings_.backup_time.count())
    return;
  try {
    const File file = open_active();
    if (!file || stat_of(file).st_ino != view_.ino) return;  // somebody made it anew: next time
    BackupOf what;
    what.segments =
        view_.header.base > 0 ? std::vector<Segment>() : layout_.segments(view_.header.segment);
    what.active = read_range(file, 0, view_.tail.size);
    what.records = view_.tail.seq;
    what.now_ms = now;
    make_backup(layout_, what);
    appends_ = 0;
    backed_up_ms_ = now;
  } catch (const sdk::Error& error) {
    host_.log(CLAIF_LOG_WARN,
              "no backup of session " + layout_.session() + ": " + std::string(error.what()));
  }
}

}  // namespace claif::store_jsonl

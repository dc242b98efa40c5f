// From the files of a session to what is known of it.
#include "backup.hpp"
#include "log.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

namespace claif::store_jsonl {
namespace {

size_t id_hash(std::string_view id) {
  return std::hash<std::string_view>()(id);
}

bool is_first(const Loaded& loaded, uint64_t number) {
  return std::find(loaded.firsts.begin(), loaded.firsts.end(), number) != loaded.firsts.end();
}

// What is wrong with the records as a whole; empty: each follows from the one before it.
std::string broken_link(const Loaded& loaded) {
  uint64_t expected = loaded.records.empty() ? 0 : loaded.records.begin()->first;
  const LogRecord* before = nullptr;
  for (const auto& [number, record] : loaded.records) {
    if (number != expected++) return "record " + std::to_string(expected - 1) + " is missing";
    if (before != nullptr && !is_first(loaded, number) && record.prev != hash_of(before->body))
      return "record " + std::to_string(number) + " does not follow from the one before it";
    before = &record;
  }
  return {};
}

// Puts good records of backups into the gaps that they fit: a record before or after proves it.
bool fill_gaps(Loaded& loaded, uint64_t begin, std::vector<Backup>& backups) {
  if (loaded.records.empty()) return false;
  const uint64_t end = loaded.records.rbegin()->first;
  for (uint64_t n = end; n-- > begin;) {
    if (loaded.records.contains(n)) continue;
    const auto next = loaded.records.find(n + 1);
    for (Backup& backup : backups) {
      const auto found = backup.records.find(n);
      if (found == backup.records.end() || next == loaded.records.end()) continue;
      if (next->second.prev != hash_of(found->second.body) && !is_first(loaded, n + 1)) continue;
      loaded.records.emplace(n, found->second);
      break;
    }
    if (!loaded.records.contains(n)) return false;
  }
  return loaded.records.begin()->first == begin && broken_link(loaded).empty();
}

// A sound file, but of another session: not one of its records belongs here. (When only the header
// is damaged, the first record does not follow from it.)
void drop_foreign(Scan& found, std::string_view bytes) {
  if (found.headless && !found.records.empty() &&
      found.records.front().line.prev == hash_of(bytes.substr(0, bytes.find('\n'))))
    found.records.clear();
}

}  // namespace

bool SessionLog::is_current(const File& file) const {
  const struct stat now = stat_of(file);
  return view_.known && view_.dev == now.st_dev && view_.ino == now.st_ino &&
         view_.tail.size == static_cast<uint64_t>(now.st_size);
}

void SessionLog::refresh(const File& file) {
  if (is_current(file)) return;
  const struct stat now = stat_of(file);
  const auto size = static_cast<uint64_t>(now.st_size);
  if (view_.known && view_.dev == now.st_dev && view_.ino == now.st_ino && view_.tail.size > 0 &&
      view_.tail.size < size) {
    const uint64_t offset = view_.tail.size;
    const std::string bytes = read_range(file, offset, size - offset);
    Scan found = scan(bytes, view_.tail, layout_.session());
    if (found.damage.empty()) {
      if (found.torn)
        save_torn_tail(file, std::string_view(bytes).substr(found.tail.size - offset),
                       found.tail.size);
      return adopt(file, std::move(found), true);
    }
  }
  const Loaded loaded = load_all(file);
  if (!loaded.damage.empty())
    throw sdk::Error("session '" + layout_.session() + "' is damaged: " + loaded.damage);
}

// `file` is another one when it had to be made anew.
void SessionLog::bring_up_to_date(File& file) {
  if (poisoned_) {
    renew(file);
    file = open_active();
  }
  refresh(file);
  if (view_.known && !is_current(file)) file = open_active();
}

void SessionLog::adopt(const File& file, Scan found, bool resumed) {
  const struct stat now = stat_of(file);
  if (!resumed) {
    view_.header = std::move(found.header);
    view_.offsets.clear();
  }
  for (const Scan::Found& record : found.records) {
    view_.offsets.push_back(record.offset);
    view_.ids.insert_or_assign(id_hash(record.line.id), record.line.seq);
  }
  view_.known = true;
  view_.dev = now.st_dev;
  view_.ino = now.st_ino;
  view_.tail = std::move(found.tail);
}

Loaded SessionLog::load_all(const File& file, bool may_repair) {
  view_ = {};
  Loaded out;
  const auto size = static_cast<uint64_t>(stat_of(file).st_size);
  std::string active = read_range(file, 0, size);
  Scan found = scan(active, {}, layout_.session());
  const uint64_t sealed = found.headless ? layout_.last_segment() : 0;
  if (found.headless && found.damage.empty() && sealed == 0) {  // a crash cut its creation short
    if (!active.empty()) save_torn_tail(file, active, 0);
    return out;
  }
  if (found.headless) {
    if (found.damage.empty()) found.damage = "the last file has lost its records";
    found.header.segment = sealed + 1;
  }
  if (file_exists(layout_.segment(found.header.segment))) {  // a crash cut the sealing short
    const File twin = File::open(layout_.segment(found.header.segment), O_RDONLY);
    if (twin && stat_of(twin).st_ino == stat_of(file).st_ino)
      ::unlink(layout_.segment(found.header.segment).c_str());
  }
  drop_foreign(found, active);
  out.damage = found.damage;
  read_segments(out, found.header);
  if (found.torn && out.damage.empty())
    save_torn_tail(file, std::string_view(active).substr(found.tail.size), found.tail.size);
  out.bytes.push_back(std::move(active));
  if (found.header.base > 0) view_.base = found.header.base;
  if (!found.records.empty()) out.firsts.push_back(found.records.front().line.seq);
  for (const Scan::Found& record : found.records)
    out.records.emplace(record.line.seq, record.line);
  for (const auto& [number, record] : out.records)
    view_.ids.insert_or_assign(id_hash(record.id), number);
  const std::string epoch = found.header.epoch;
  const uint64_t base = view_.base;
  if (out.damage.empty()) {
    adopt(file, std::move(found), false);
    out.facts = facts_of_view();
    return out;
  }

  view_ = {};
  for (const std::string& bytes : out.bytes)
    save_damaged(bytes, out.damage);
  std::vector<Backup> backups = may_repair ? good_backups(layout_) : std::vector<Backup>();
  if (may_repair && !epoch.empty() && fill_gaps(out, std::max<uint64_t>(base, 1), backups)) {
    view_.header = found.header;
    rewrite(out.records, base);
    host_.log(CLAIF_LOG_WARN, "session " + layout_.session() + " was damaged (" + out.damage +
                                  "), and mended from a backup: nothing is lost");
    const File mended = open_active();
    return load_all(mended, false);
  }
  out.facts.records = out.records.empty() ? 0 : out.records.rbegin()->first;
  out.facts.base = base;
  out.facts.epoch = epoch;
  return out;
}

void SessionLog::read_segments(Loaded& out, const Header& active) {
  std::vector<Segment> segments =
      active.base > 0 ? std::vector<Segment>() : layout_.segments(active.segment);
  out.bytes.reserve(segments.size() + 1);
  std::vector<Scan> scans;
  for (const Segment& segment : segments) {
    const File file = File::open(segment.path, O_RDONLY);
    out.bytes.push_back(file ? read_range(file, 0, static_cast<uint64_t>(stat_of(file).st_size))
                             : "");
    scans.push_back(scan(out.bytes.back(), {}, layout_.session()));
    drop_foreign(scans.back(), out.bytes.back());
    if (scans.back().header.base == 0) continue;
    scans.erase(scans.begin(), scans.end() - 1);  // those before do not count any more
    view_.base = scans.back().header.base;
  }
  uint64_t seq = 0;
  Hash hash;
  const auto check = [&](const Header& header, uint64_t number) {
    if (out.damage.empty() && header.base == 0 && (header.first != seq || header.prev != hash) &&
        number > 1)
      out.damage = "segment " + std::to_string(number) + " does not follow from the one before it";
  };
  for (Scan& found : scans) {
    if (out.damage.empty() && found.torn) found.damage = "ends in an unfinished line";
    if (out.damage.empty() && !found.damage.empty())
      out.damage = "segment " + std::to_string(found.header.segment) + ": " + found.damage;
    check(found.header, found.header.segment);
    if (!found.records.empty()) out.firsts.push_back(found.records.front().line.seq);
    for (const Scan::Found& record : found.records)
      out.records.emplace(record.line.seq, record.line);
    seq = found.tail.seq;
    hash = found.tail.hash;
    view_.sealed_bytes += found.tail.size;
  }
  check(active, active.segment);
}

void SessionLog::save_torn_tail(const File& file, std::string_view tail, uint64_t keep) {
  const std::string copy = unused(layout_.path(".torn." + std::to_string(host_.wall_ms())));
  write_new_file(copy, tail);
  if (::ftruncate(file.fd(), static_cast<off_t>(keep)) != 0)
    throw_errno("cannot cut the torn tail of " + layout_.session());
  if (::fdatasync(file.fd()) != 0) {
    poisoned_ = true;
    throw_errno("cannot sync session '" + layout_.session() + "'");
  }
  sync_directory(layout_.dir());
  host_.log(CLAIF_LOG_WARN, "session " + layout_.session() +
                                " ended in an unfinished line, which is now in " + copy);
}

// The copy is named by its content, so that loading again does not copy again.
void SessionLog::save_damaged(std::string_view bytes, const std::string& damage) {
  const std::string quarantine = layout_.folder("quarantine");
  make_directory(quarantine);
  const std::string copy = quarantine + "/" + layout_.session() + "." + hash_of(bytes) + ".jsonl";
  if (!file_exists(copy)) {
    write_new_file(copy, bytes);
    sync_directory(quarantine);
  }
  host_.log(CLAIF_LOG_ERROR,
            "session_damaged " + layout_.session() + ": " + damage + "; a copy is " + copy);
}

bool SessionLog::has_id(const File& file, std::string_view id, uint64_t& seq) {
  if (!view_.ids.contains(id_hash(id))) return false;
  const Loaded loaded = load_all(file, false);
  if (!loaded.damage.empty())
    throw sdk::Error("session '" + layout_.session() + "' is damaged: " + loaded.damage);
  for (const auto& [number, record] : loaded.records) {
    if (record.id != id) continue;
    seq = number;
    return true;
  }
  return false;
}

Loaded SessionLog::read(uint64_t after) {
  const std::lock_guard guard(mutex_);
  if (!exists()) throw_missing();
  const File held = lock();
  File file = open_active();
  if (!file) throw_missing();
  if (!poisoned_ && !is_current(file) && (after == 0 || !view_.known)) {
    Loaded out = load_all(file);
    if (out.damage.empty() && out.records.empty() && view_.header.first == 0) throw_missing();
    out.records.erase(out.records.begin(), out.records.upper_bound(after));
    return out;
  }
  bring_up_to_date(file);
  Loaded out;
  out.facts = facts_of_view();
  if (out.facts.records == 0) throw_missing();
  if (after >= out.facts.records) return out;
  const uint64_t before = out.facts.records - view_.offsets.size();  // the active file
  if (after < before) {
    out = load_all(file);
    out.records.erase(out.records.begin(), out.records.upper_bound(after));
    return out;
  }
  const uint64_t offset = view_.offsets.at(static_cast<size_t>(after - before));
  out.bytes.push_back(read_range(file, offset, view_.tail.size - offset));
  std::string_view rest = out.bytes.back();
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    const auto record = read_record(rest.substr(0, end));
    if (!record) {  // it was good when it was read last
      out = load_all(file);
      out.records.erase(out.records.begin(), out.records.upper_bound(after));
      return out;
    }
    out.records.emplace(record->seq, *record);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return out;
}

}  // namespace claif::store_jsonl

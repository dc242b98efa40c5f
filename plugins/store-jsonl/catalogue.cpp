#include "catalogue.hpp"

#include "log.hpp"
#include "shared/session_rules.hpp"

#include <dirent.h>
#include <filesystem>
#include <unordered_map>

#include <sys/stat.h>

namespace claif::store_jsonl {
namespace {

std::string path_of(const std::string& dir) {
  return dir + "/catalogue.sqlite";
}

uint64_t inode_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

// Changes whenever the file does.
std::string stamp_of(const struct stat& info) {
  return std::to_string(info.st_ino) + ":" + std::to_string(info.st_size) + ":" +
         std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec);
}

struct Present {
  std::string stamp;
  uint64_t bytes = 0;
};

// The sessions of the directory, each with the size of all its files.
std::unordered_map<std::string, Present> sessions_in(const std::string& dir) {
  std::unordered_map<std::string, Present> out;
  std::unordered_map<std::string, uint64_t> sealed;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(dir.c_str()), &::closedir);
  if (!folder) throw_errno("cannot read " + dir);
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    const bool active = name.ends_with(".jsonl");
    if (!active && !name.ends_with(".seg")) continue;
    const std::string id(name.substr(0, name.find('.')));
    struct stat info {};
    if (!stores::is_id(id) || (active && name.size() != id.size() + 6) ||
        ::fstatat(::dirfd(folder.get()), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(info.st_mode))
      continue;
    if (active)
      out[id] = {stamp_of(info), static_cast<uint64_t>(info.st_size)};
    else
      sealed[id] += static_cast<uint64_t>(info.st_size);
  }
  for (const auto& [id, bytes] : sealed)
    if (const auto found = out.find(id); found != out.end()) found->second.bytes += bytes;
  return out;
}

// The last good record and the header of a log, without reading what is between. False: it has no
// record, or went away.
bool look_at(const std::string& dir, const std::string& id, stores::SessionRow& out) {
  const File file = File::open(dir + "/" + id + ".jsonl", O_RDONLY);
  if (!file) return false;
  const auto size = static_cast<uint64_t>(stat_of(file).st_size);
  const std::string begin = read_range(file, 0, std::min<uint64_t>(size, 1024));
  const std::string first = begin.substr(0, begin.find('\n'));
  const auto header = read_header(first, id);
  out.epoch = header && !header->epoch.empty() ? header->epoch : hash_of(first).substr(0, 16);
  out.records = header ? header->first : 0;
  out.updated_ms = header ? header->ts_ms : 0;
  for (uint64_t window = 1 << 14;; window *= 8) {
    const uint64_t part = std::min(window, size);
    const std::string bytes = read_range(file, size - part, part);
    std::string_view rest = bytes;
    while (const size_t end = rest.rfind('\n') + 1) {
      rest = rest.substr(0, end - 1);
      const auto record = read_record(rest.substr(rest.rfind('\n') + 1));
      if (!record) continue;
      out.records = record->seq;
      out.updated_ms = record->ts_ms;
      return true;
    }
    if (part == size) return out.records > 0;
  }
}

// Writes what the log says into the session's row.
void take_up(stores::SessionTable& table,
             sqlite::Database& db,
             const std::string& dir,
             const std::string& id,
             const Present& now) {
  stores::SessionRow row, known;
  const bool there = look_at(dir, id, row);
  const bool listed = table.get(id, known);
  if (listed && (!there || known.epoch != row.epoch)) table.remove(known.key);
  if (!there) return;
  row.bytes = now.bytes;
  row.key = known.key;
  if (listed && known.epoch == row.epoch)
    table.update(row);
  else
    row.key = table.insert(id, row);
  db.query("UPDATE sessions SET stamp = ?2 WHERE key = ?1")
      .bind(1, row.key)
      .bind(2, now.stamp)
      .step();
}

}  // namespace

void Catalogue::begin_anew() {
  open_.reset();
  for (const char* suffix : {"", "-wal", "-shm"})
    ::unlink((path_of(dir_) + suffix).c_str());
}

Catalogue::Open& Catalogue::open() {
  const std::string path = path_of(dir_);
  if (open_ && open_->inode == inode_of(path)) return *open_;
  open_.reset();  // another process began anew
  auto made = std::make_unique<Open>(path);
  made->db.exec(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=67108864");
  made->table = std::make_unique<stores::SessionTable>(made->db);
  made->inode = inode_of(path);
  open_ = std::move(made);
  return *open_;
}

void Catalogue::with_open(const std::function<void(Open&)>& work) {
  const std::lock_guard guard(mutex_);
  for (int attempt = 0;; ++attempt) {
    try {
      return work(open());
    } catch (const sqlite::Error& error) {
      if (attempt > 0 || error.code() == CLAIF_E_UNAVAILABLE) throw;
      host_.log(CLAIF_LOG_WARN,
                std::string("the catalogue of sessions is made anew: ") + error.what());
      begin_anew();
    }
  }
}

void Catalogue::with_table(const std::function<void(Open&)>& work) {
  with_open([&](Open& catalogue) {
    reconcile(catalogue);
    work(catalogue);
  });
}

void Catalogue::reconcile(Open& catalogue) {
  auto present = sessions_in(dir_);
  std::vector<std::pair<int64_t, std::string>> gone;
  {
    auto rows = catalogue.db.query("SELECT key, id, stamp FROM sessions");
    while (rows.step()) {
      const auto found = present.find(std::string(rows.text(1)));
      if (found == present.end()) {
        gone.emplace_back(rows.integer(0), rows.text(1));
        continue;
      }
      if (found->second.stamp == rows.text(2)) present.erase(found);
    }
  }
  if (gone.empty() && present.empty()) return;
  sqlite::Transaction transaction(catalogue.db);
  for (const auto& [key, id] : gone)
    catalogue.table->remove(key);
  for (const auto& [id, now] : present)
    take_up(*catalogue.table, catalogue.db, dir_, id, now);
  transaction.commit();
}

void Catalogue::describe(const Facts& facts, const sdk::Description& description) {
  if (!description.epoch.empty() && description.epoch != facts.epoch)
    throw sdk::Error("session '" + std::string(description.session) + "' is another one",
                     CLAIF_E_CONFLICT);
  const std::string id(description.session);
  with_open([&](Open& catalogue) {
    struct stat info {};
    if (::lstat((dir_ + "/" + id + ".jsonl").c_str(), &info) != 0) info = {};
    sqlite::Transaction transaction(catalogue.db);
    take_up(*catalogue.table, catalogue.db, dir_, id, {stamp_of(info), facts.bytes});
    catalogue.table->describe(description);
    transaction.commit();
  });
}

void Catalogue::undescribed(uint32_t limit, const Emit& emit) {
  with_table([&](Open& catalogue) { catalogue.table->undescribed(limit, emit); });
}

std::string Catalogue::find(const sdk::SessionQuery& query, const Emit& emit) {
  std::string next;
  with_table([&](Open& catalogue) { next = catalogue.table->find(query, emit); });
  return next;
}

}  // namespace claif::store_jsonl

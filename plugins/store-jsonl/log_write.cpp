// One record more: locks, conflicts, space, the write itself.
#include "log.hpp"

#include <array>
#include <functional>
#include <thread>

#include <sys/file.h>
#include <sys/statvfs.h>

namespace claif::store_jsonl {
namespace {

constexpr std::chrono::milliseconds kLockPoll{5};

}  // namespace

SessionLog::SessionLog(sdk::Host host, const StoreSettings& settings, std::string session)
    : host_(host), settings_(settings), layout_(settings.dir, std::move(session)) {}

void SessionLog::throw_missing() const {
  throw sdk::Error("there is no session '" + layout_.session() + "'", CLAIF_E_NOT_FOUND);
}

File SessionLog::open_active() const {
  return File::open(layout_.active(), O_RDWR);
}

File SessionLog::lock() const {
  const std::string path = layout_.path(".lock");
  File file = File::open(path, O_RDWR | O_CREAT);
  if (!file) throw_errno("cannot create " + path);
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  for (auto left = settings_.lock_timeout;; left -= kLockPoll) {
    if (::fcntl(file.fd(), F_OFD_SETLK, &whole) == 0) return file;
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) throw_errno("cannot lock " + path);
    if (left <= std::chrono::milliseconds::zero())
      throw sdk::Error("session '" + layout_.session() + "' is busy in another process",
                       CLAIF_E_UNAVAILABLE);
    std::this_thread::sleep_for(kLockPoll);
  }
}

Facts SessionLog::facts_of_view() const {
  return {view_.tail.seq, view_.base, view_.sealed_bytes + view_.tail.size, view_.tail.ts_ms,
          view_.header.epoch};
}

Facts SessionLog::facts() {
  const std::lock_guard guard(mutex_);
  if (!exists()) throw_missing();
  const File held = lock();
  File file = open_active();
  if (!file) throw_missing();
  bring_up_to_date(file);
  if (view_.tail.seq == 0) throw_missing();
  return facts_of_view();
}

uint64_t SessionLog::append(const sdk::AppendOnce& record) {
  const std::lock_guard guard(mutex_);
  const auto conflict = [&](uint64_t has) {
    return sdk::Error("session '" + layout_.session() + "' has " + std::to_string(has) +
                          " records, not " + std::to_string(record.expect),
                      CLAIF_E_CONFLICT);
  };
  const bool any = record.expect == CLAIF_SEQ_ANY;
  const bool may_create = (any || record.expect == 0) && record.epoch.empty();
  if (!may_create && !exists()) throw conflict(0);
  const File held = lock();
  File file = open_active();
  if (file) {
    bring_up_to_date(file);
    uint64_t known = 0;
    if (!record.id.empty() && has_id(file, record.id, known)) return known;
    if (view_.tail.size == 0) write_header(file, first_header());
  } else {
    if (!may_create) throw conflict(0);
    require_space(held, 0);
    file = create();
  }
  if (!any && record.expect != view_.tail.seq) throw conflict(view_.tail.seq);
  if (!record.epoch.empty() && record.epoch != view_.header.epoch)
    throw sdk::Error("session '" + layout_.session() + "' is another one of that id",
                     CLAIF_E_CONFLICT);

  if (!view_.offsets.empty() && (view_.tail.size >= settings_.segment_bytes ||
                                 view_.offsets.size() >= settings_.segment_records))
    file = seal(file);
  const int64_t now = host_.wall_ms();
  std::string id(record.id);
  if (id.empty()) {
    std::array<uint8_t, 16> random{};
    host_.random(random.data(), random.size());
    id = uuid(now, random);
  }
  Tail next = view_.tail;
  const std::string line = record_line(++next.seq, id, now, view_.tail.hash, record.record);
  require_space(file, line.size());
  next.hash = hash_of(read_record(std::string_view(line).substr(0, line.size() - 1)).value().body);
  next.size += line.size();
  next.ts_ms = now;
  const uint64_t offset = view_.tail.size;
  write_line(file, line);
  view_.tail = next;
  view_.offsets.push_back(offset);
  view_.ids.insert_or_assign(std::hash<std::string_view>()(id), next.seq);
  ++appends_;
  return next.seq;
}

Header SessionLog::first_header() const {
  std::array<uint8_t, 16> random{};
  host_.random(random.data(), random.size());
  Header out;
  out.ts_ms = host_.wall_ms();
  out.epoch = uuid(out.ts_ms, random);
  return out;
}

File SessionLog::create() {
  retire_segments(UINT64_MAX);  // that an erasure left behind
  File file = File::open(layout_.active(), O_RDWR | O_CREAT | O_EXCL);
  if (!file) throw_errno("cannot create session '" + layout_.session() + "'");
  write_header(file, first_header());
  sync_directory(layout_.dir());
  return file;
}

void SessionLog::write_header(const File& file, const Header& header) {
  view_ = {};
  const std::string line = header_line(layout_.session(), header);
  if (const int error = write_at(file, line, 0))
    throw_errno("cannot write session '" + layout_.session() + "'", error);
  if (::fsync(file.fd()) != 0) throw_errno("cannot sync session '" + layout_.session() + "'");
  adopt(file, scan(line, {}, layout_.session()), false);
}

void SessionLog::require_space(const File& file, size_t bytes) const {
  struct statvfs disk {};
  if (::fstatvfs(file.fd(), &disk) != 0)
    throw_errno("cannot read the free space of " + layout_.dir());
  const uint64_t free = uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free < settings_.min_free + bytes)
    throw sdk::Error("disk full: " + layout_.dir() + " has " + std::to_string(free >> 20) +
                         " MiB free, fewer than min_free",
                     CLAIF_E_UNAVAILABLE);
}

// All of the line and durable, or nothing; when neither can be had, the session is poisoned.
void SessionLog::write_line(const File& file, std::string_view line) {
  const uint64_t end = view_.tail.size;
  if (const int error = write_at(file, line, end)) {
    const bool undone =
        ::ftruncate(file.fd(), static_cast<off_t>(end)) == 0 && ::fdatasync(file.fd()) == 0;
    if (!undone) {
      poisoned_ = true;
      view_ = {};
    }
    throw_errno(std::string(undone ? "not stored" : "indeterminate") + ": cannot write session '" +
                    layout_.session() + "'",
                error);
  }
  if (::fdatasync(file.fd()) != 0) {
    const int error = errno;
    poisoned_ = true;
    view_ = {};
    throw sdk::Error("indeterminate: session '" + layout_.session() +
                     "' was written but not synced: " + std::generic_category().message(error));
  }
}

}  // namespace claif::store_jsonl

#include "log.hpp"

#include <claif/abi/session_store.h>

#include <array>
#include <cstdio>
#include <thread>

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace claif::store_jsonl {
namespace {

constexpr std::chrono::milliseconds kLockPoll{5};

struct stat stat_of(const File& file) {
  struct stat out {};
  if (::fstat(file.fd(), &out) != 0) throw_errno("cannot read the session's state");
  return out;
}

void make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) throw_errno("cannot create " + path);
}

// `path`, or with a number behind it when that exists.
std::string unused(const std::string& path) {
  std::string out = path;
  for (int n = 1; ::access(out.c_str(), F_OK) == 0; ++n)
    out = path + "-" + std::to_string(n);
  return out;
}

}  // namespace

SessionLog::SessionLog(sdk::Host host, const StoreSettings& settings, std::string session)
    : host_(host), settings_(settings), session_(std::move(session)) {}

std::string SessionLog::path(std::string_view suffix) const {
  return (settings_.dir + "/" + session_).append(suffix);
}

bool SessionLog::exists() const {
  return ::access(path(".jsonl").c_str(), F_OK) == 0;
}

File SessionLog::lock() const {
  File file = File::open(path(".lock"), O_RDWR | O_CREAT);
  if (!file) throw_errno("cannot create " + path(".lock"));
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  for (auto left = settings_.lock_timeout;; left -= kLockPoll) {
    if (::fcntl(file.fd(), F_OFD_SETLK, &whole) == 0) return file;
    if (errno != EAGAIN && errno != EACCES && errno != EINTR)
      throw_errno("cannot lock " + path(".lock"));
    if (left <= std::chrono::milliseconds::zero())
      throw sdk::Error("session '" + session_ + "' is busy in another process",
                       CLAIF_E_UNAVAILABLE);
    std::this_thread::sleep_for(kLockPoll);
  }
}

Loaded SessionLog::load() {
  const std::lock_guard guard(mutex_);
  const auto missing = [&] {
    return sdk::Error("there is no session '" + session_ + "'", CLAIF_E_NOT_FOUND);
  };
  if (!exists()) throw missing();
  const File held = lock();
  const File file = File::open(path(".jsonl"), O_RDWR);
  if (!file) throw missing();
  Loaded loaded = rescan(file, {});
  if (loaded.scan.records.empty() && loaded.scan.damage.empty()) throw missing();
  return loaded;
}

uint64_t SessionLog::append(uint64_t expect, std::string_view record) {
  const std::lock_guard guard(mutex_);
  if (poisoned_)
    throw sdk::Error("indeterminate: an earlier write to session '" + session_ +
                     "' may be lost; restart claif to read it again from disk");
  const auto conflict = [&](uint64_t has) {
    return sdk::Error("session '" + session_ + "' has " + std::to_string(has) + " records, not " +
                          std::to_string(expect),
                      CLAIF_E_CONFLICT);
  };
  const bool any = expect == CLAIF_SEQ_ANY;
  if (!any && expect > 0 && !exists()) throw conflict(0);
  const File held = lock();
  File file = File::open(path(".jsonl"), O_RDWR);
  if (file) {
    refresh(file);
    if (view_.tail.size == 0) write_header(file);
  } else {
    if (!any && expect > 0) throw conflict(0);
    require_space(held, 0);
    file = create();
  }
  if (!any && expect != view_.tail.seq) throw conflict(view_.tail.seq);

  std::array<uint8_t, 16> random{};
  host_.random(random.data(), random.size());
  const int64_t now = host_.wall_ms();
  Tail next = view_.tail;
  const std::string line = record_line(++next.seq, uuid(now, random), now, view_.tail.hash, record);
  require_space(file, line.size());
  next.hash = hash_of(read_record(std::string_view(line).substr(0, line.size() - 1)).value().body);
  next.size += line.size();
  write_line(file, line);
  remember(file, next);
  return next.seq;
}

void SessionLog::erase() {
  const std::lock_guard guard(mutex_);
  const auto missing = [&] {
    return sdk::Error("there is no session '" + session_ + "'", CLAIF_E_NOT_FOUND);
  };
  if (!exists()) throw missing();
  const File held = lock();
  const std::string trash = settings_.dir + "/trash";
  make_directory(trash);
  const std::string to = unused(trash + "/" + session_ + "." + std::to_string(host_.wall_ms()));
  if (::rename(path(".jsonl").c_str(), to.c_str()) != 0) {
    if (errno == ENOENT) throw missing();
    throw_errno("cannot move session '" + session_ + "' to " + to);
  }
  view_ = {};
  sync_directory(trash);
  sync_directory(settings_.dir);
}

void SessionLog::refresh(const File& file) {
  const struct stat now = stat_of(file);
  const auto size = static_cast<uint64_t>(now.st_size);
  const bool same_file = view_.known && view_.dev == now.st_dev && view_.ino == now.st_ino;
  if (same_file && view_.tail.size == size) return;
  const Loaded loaded = rescan(file, same_file && view_.tail.size < size ? view_.tail : Tail{});
  if (!loaded.scan.damage.empty())
    throw sdk::Error("session '" + session_ + "' is damaged: " + loaded.scan.damage);
}

Loaded SessionLog::rescan(const File& file, Tail from) {
  view_ = {};
  const auto size = static_cast<uint64_t>(stat_of(file).st_size);
  const uint64_t offset = from.size;
  Loaded out;
  out.bytes = read_range(file, offset, size - offset);
  out.scan = scan(out.bytes, std::move(from), session_);
  const Scan& found = out.scan;
  if (!found.damage.empty()) {
    save_damaged(offset == 0 ? std::string_view(out.bytes) : read_range(file, 0, size),
                 found.damage);
    return out;
  }
  if (found.torn)
    save_torn_tail(file, std::string_view(out.bytes).substr(found.tail.size - offset),
                   found.tail.size);
  remember(file, found.tail);
  return out;
}

void SessionLog::save_torn_tail(const File& file, std::string_view tail, uint64_t keep) {
  const std::string copy = unused(path(".torn." + std::to_string(host_.wall_ms())));
  write_new_file(copy, tail);
  if (::ftruncate(file.fd(), static_cast<off_t>(keep)) != 0)
    throw_errno("cannot cut the torn tail of " + session_);
  if (::fdatasync(file.fd()) != 0) {
    poisoned_ = true;
    throw_errno("cannot sync session '" + session_ + "'");
  }
  sync_directory(settings_.dir);
  host_.log(CLAIF_LOG_WARN,
            "session " + session_ + " ended in an unfinished line, which is now in " + copy);
}

// The copy is named by its content, so that loading again does not copy again.
void SessionLog::save_damaged(std::string_view bytes, const std::string& damage) {
  const std::string quarantine = settings_.dir + "/quarantine";
  make_directory(quarantine);
  const std::string copy = quarantine + "/" + session_ + "." + hash_of(bytes) + ".jsonl";
  if (::access(copy.c_str(), F_OK) != 0) {
    write_new_file(copy, bytes);
    sync_directory(quarantine);
  }
  host_.log(CLAIF_LOG_ERROR, "session_damaged " + session_ + ": " + damage + "; a copy is " + copy);
}

File SessionLog::create() {
  File file = File::open(path(".jsonl"), O_RDWR | O_CREAT | O_EXCL);
  if (!file) throw_errno("cannot create session '" + session_ + "'");
  write_header(file);
  sync_directory(settings_.dir);
  return file;
}

void SessionLog::write_header(const File& file) {
  view_ = {};
  const std::string line = header_line(session_, host_.wall_ms());
  if (const int error = write_at(file, line, 0))
    throw_errno("cannot write session '" + session_ + "'", error);
  if (::fsync(file.fd()) != 0) throw_errno("cannot sync session '" + session_ + "'");
  remember(file, {line.size(), 0, hash_of(std::string_view(line).substr(0, line.size() - 1))});
}

void SessionLog::require_space(const File& file, size_t bytes) const {
  struct statvfs disk {};
  if (::fstatvfs(file.fd(), &disk) != 0)
    throw_errno("cannot read the free space of " + settings_.dir);
  const uint64_t free = uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free < settings_.min_free + bytes)
    throw sdk::Error("disk full: " + settings_.dir + " has " + std::to_string(free >> 20) +
                         " MiB free, fewer than min_free",
                     CLAIF_E_UNAVAILABLE);
}

// All of the line and durable, or nothing; when neither can be had, the session is poisoned.
void SessionLog::write_line(const File& file, std::string_view line) {
  const View before = std::exchange(view_, {});
  if (const int error = write_at(file, line, before.tail.size)) {
    const bool undone = ::ftruncate(file.fd(), static_cast<off_t>(before.tail.size)) == 0 &&
                        ::fdatasync(file.fd()) == 0;
    poisoned_ = !undone;
    if (undone) view_ = before;
    throw_errno(std::string(undone ? "not stored" : "indeterminate") + ": cannot write session '" +
                    session_ + "'",
                error);
  }
  if (::fdatasync(file.fd()) != 0) {
    poisoned_ = true;
    throw sdk::Error("indeterminate: session '" + session_ +
                     "' was written but not synced: " + std::generic_category().message(errno));
  }
}

void SessionLog::remember(const File& file, const Tail& tail) {
  const struct stat now = stat_of(file);
  view_ = {true, now.st_dev, now.st_ino, tail};
}

}  // namespace claif::store_jsonl

#include "directory.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <sys/stat.h>

namespace claif::cache_file {
namespace {

namespace fs = std::filesystem;

constexpr size_t kKeySize = 64, kHeader = 8;
constexpr int64_t kBlock = 4096;  // what a file takes of the disk at least
constexpr int64_t kUseResolutionMs = 60'000;

[[noreturn]] void throw_errno(const std::string& what, int error = errno) {
  const bool passes = error == ENOSPC || error == EDQUOT || error == EMFILE || error == ENFILE;
  throw sdk::Error(what + ": " + std::generic_category().message(error),
                   passes ? CLAIF_E_UNAVAILABLE : CLAIF_E_INTERNAL);
}

class File {
 public:
  File(const std::string& path, int flags)
      : fd_(::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  explicit operator bool() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  int fd_;
};

int64_t size_on_disk(int64_t size) {
  return (size + kBlock - 1) / kBlock * kBlock;
}

// Of a file; 0 when there is none.
int64_t size_on_disk(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 ? size_on_disk(int64_t{info.st_size}) : 0;
}

int64_t used_ns(const struct stat& info) {
  return int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

void note_use(const File& file, int64_t now_ms) {
  std::array<timespec, 2> times{};
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_sec = now_ms / 1000;
  times[1].tv_nsec = now_ms % 1000 * 1'000'000;
  ::futimens(file.fd(), times.data());
}

bool read_all(const File& file, char* out, size_t size) {
  while (size > 0) {
    const ssize_t n = ::read(file.fd(), out, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    out += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

bool write_all(const File& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(file.fd(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

std::string header_of(int64_t expires_ms) {
  std::string out;
  for (size_t i = 0; i < kHeader; ++i)
    out += static_cast<char>(static_cast<uint64_t>(expires_ms) >> (8 * i));
  return out;
}

int64_t expiry_of(const std::string& header) {
  uint64_t out = 0;
  for (size_t i = 0; i < kHeader; ++i)
    out |= uint64_t{static_cast<unsigned char>(header[i])} << (8 * i);
  return static_cast<int64_t>(out);
}

// Names that no other thread or process uses at this time.
std::string temporary_name() {
  static std::atomic<uint64_t> last{0};
  return ".tmp." + std::to_string(::getpid()) + "." + std::to_string(++last);
}

}  // namespace

bool is_key(std::string_view key) {
  return key.size() == kKeySize && key.find_first_not_of("0123456789abcdef") == key.npos;
}

Directory::Directory(std::string path) : path_(std::move(path)) {
  std::error_code error;
  const fs::path dir = path_;
  if (dir.has_parent_path()) fs::create_directories(dir.parent_path(), error);
  if (::mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST) throw_errno("cannot create " + path_);
  struct stat info {};
  if (::stat(path_.c_str(), &info) != 0) throw_errno("cannot use " + path_);
  if (!S_ISDIR(info.st_mode)) throw sdk::Error("'dir' is not a directory: " + path_, CLAIF_E_ARG);
  if ((info.st_mode & 0022u) != 0)
    throw sdk::Error("others may write to " + path_ + "; run chmod 700 on it", CLAIF_E_ARG);
}

std::string Directory::path_of(std::string_view key) const {
  return std::string(path_).append("/").append(key.substr(0, 2)).append("/").append(key);
}

std::optional<Directory::Value> Directory::read(std::string_view key, int64_t now_ms) const {
  const File file(path_of(key), O_RDONLY | O_NONBLOCK);
  if (!file && errno != ENOENT && errno != ELOOP) throw_errno("cannot open an entry");
  struct stat info {};
  if (!file || ::fstat(file.fd(), &info) != 0 || !S_ISREG(info.st_mode) ||
      info.st_size < static_cast<off_t>(kHeader))
    return std::nullopt;
  std::string header(kHeader, '\0');
  Value out{0, std::string(static_cast<size_t>(info.st_size) - kHeader, '\0')};
  if (!read_all(file, header.data(), kHeader)) return std::nullopt;
  out.expires_ms = expiry_of(header);
  if (out.expires_ms <= now_ms || !read_all(file, out.bytes.data(), out.bytes.size()))
    return std::nullopt;
  if (now_ms - used_ns(info) / 1'000'000 > kUseResolutionMs) note_use(file, now_ms);
  return out;
}

int64_t Directory::write(std::string_view key, const Value& value) const {
  const std::string path = path_of(key);
  const std::string folder = path.substr(0, path.rfind('/'));
  const std::string temporary = folder + "/" + temporary_name();
  const int64_t before = size_on_disk(path);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) throw_errno("cannot create " + folder);
  const File file(temporary, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) throw_errno("cannot create an entry");
  if (!write_all(file, header_of(value.expires_ms)) || !write_all(file, value.bytes) ||
      ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    throw_errno("cannot write an entry", error);
  }
  return size_on_disk(static_cast<int64_t>(kHeader + value.bytes.size())) - before;
}

int64_t Directory::remove(std::string_view key) const {
  const std::string path = path_of(key);
  const int64_t before = size_on_disk(path);
  if (::unlink(path.c_str()) == 0) return -before;
  if (errno != ENOENT) throw_errno("cannot remove an entry");
  return 0;
}

std::vector<Directory::Entry> Directory::list() const {
  std::vector<Entry> out;
  std::error_code error;
  for (const fs::directory_entry& folder : fs::directory_iterator(path_, error))
    for (const fs::directory_entry& entry : fs::directory_iterator(folder.path(), error)) {
      const std::string name = entry.path().filename();
      struct stat info {};
      if (::lstat(entry.path().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
      if (is_key(name))
        out.push_back({name, used_ns(info), size_on_disk(int64_t{info.st_size})});
      else if (name.starts_with(".tmp.") && ::time(nullptr) - info.st_mtim.tv_sec > 3600)
        ::unlink(entry.path().c_str());
    }
  return out;
}

}  // namespace claif::cache_file

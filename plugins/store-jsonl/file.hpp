// The few file operations of the log, with errors as exceptions.
#pragma once

#include <claif/sdk/text.hpp>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <sys/stat.h>

namespace claif::store_jsonl {

[[noreturn]] inline void throw_errno(const std::string& what, int error = errno) {
  throw sdk::Error(what + ": " + std::generic_category().message(error),
                   error == ENOSPC || error == EDQUOT ? CLAIF_E_UNAVAILABLE : CLAIF_E_INTERNAL);
}

class File {
 public:
  File() = default;
  explicit File(int fd) noexcept : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    if (this != &other) {
      close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~File() { close(); }

  // Never follows a link in the last part of the path. The result is closed when it does not exist.
  static File open(const std::string& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno != ENOENT) throw_errno("cannot open " + path);
    return File(fd);
  }

  explicit operator bool() const noexcept { return fd_ >= 0; }
  int fd() const noexcept { return fd_; }
  void close() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

// Writes all of `bytes` at `offset`; the errno of the failure, 0 if none.
inline int write_at(const File& file, std::string_view bytes, uint64_t offset) noexcept {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(file.fd(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) return EIO;
    bytes.remove_prefix(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return 0;
}

inline std::string read_range(const File& file, uint64_t offset, uint64_t size) {
  std::string out(static_cast<size_t>(size), '\0');
  size_t at = 0;
  while (at < out.size()) {
    const ssize_t n =
        ::pread(file.fd(), out.data() + at, out.size() - at, static_cast<off_t>(offset + at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("cannot read the session");
    if (n == 0) break;
    at += static_cast<size_t>(n);
  }
  out.resize(at);
  return out;
}

inline void sync_directory(const std::string& path) {
  const File directory = File::open(path, O_RDONLY | O_DIRECTORY);
  if (!directory || ::fsync(directory.fd()) != 0) throw_errno("cannot sync " + path);
}

inline void rename_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw_errno("cannot move " + from + " to " + to);
}
inline bool file_exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}
inline void make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) throw_errno("cannot create " + path);
}
inline struct stat stat_of(const File& file) {
  struct stat out {};
  if (::fstat(file.fd(), &out) != 0) throw_errno("cannot read the session's state");
  return out;
}

// A durable new file; fails if it exists.
inline void write_new_file(const std::string& path, std::string_view bytes) {
  const File file = File::open(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) throw_errno("cannot create " + path);
  if (const int error = write_at(file, bytes, 0)) throw_errno("cannot write " + path, error);
  if (::fsync(file.fd()) != 0) throw_errno("cannot sync " + path);
}

}  // namespace claif::store_jsonl

// Loopback TCP sockets, always non-blocking and without Nagle's delay.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace claif::bench {

// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

struct Listener {
  Fd fd;
  std::uint16_t port = 0;
};

// Listens on 127.0.0.1; port 0 takes a free one. Throws std::system_error.
Listener listen_loopback(std::uint16_t port);

// The next waiting connection, or an invalid one when there is none.
Fd accept_connection(int listener);

// Starts to connect; the socket turns writable when that is done. Throws std::system_error.
Fd connect_loopback(std::uint16_t port);

enum class SendResult { all_sent, would_block, failed };

// Sends `bytes` from `offset` on and moves `offset` over what went out.
SendResult send_some(int fd, const std::string& bytes, std::size_t& offset);

// "8080" as a port number. Throws std::invalid_argument.
std::uint16_t parse_port(const std::string& text);

}  // namespace claif::bench

#include "net/socket.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace claif::bench {
namespace {

constexpr int kBacklog = 4096;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

Fd new_socket() {
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) fail("cannot create a socket");
  return fd;
}

void set_flag(int fd, int level, int option) {
  const int on = 1;
  if (::setsockopt(fd, level, option, &on, sizeof on) != 0) fail("cannot set a socket option");
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// The socket calls take a pointer to the generic address type.
sockaddr* generic(sockaddr_in& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

}  // namespace

void Fd::reset() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Listener listen_loopback(std::uint16_t port) {
  Fd fd = new_socket();
  set_flag(fd.get(), SOL_SOCKET, SO_REUSEADDR);
  sockaddr_in address = loopback(port);
  socklen_t size = sizeof address;
  if (::bind(fd.get(), generic(address), size) != 0) {
    fail("cannot bind 127.0.0.1:" + std::to_string(port));
  }
  if (::listen(fd.get(), kBacklog) != 0) fail("cannot listen");
  if (::getsockname(fd.get(), generic(address), &size) != 0) fail("cannot read the port");
  return Listener{std::move(fd), ntohs(address.sin_port)};
}

Fd accept_connection(int listener) {
  Fd fd(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (fd.valid()) set_flag(fd.get(), IPPROTO_TCP, TCP_NODELAY);
  return fd;
}

Fd connect_loopback(std::uint16_t port) {
  Fd fd = new_socket();
  set_flag(fd.get(), IPPROTO_TCP, TCP_NODELAY);
  sockaddr_in address = loopback(port);
  if (::connect(fd.get(), generic(address), sizeof address) != 0 && errno != EINPROGRESS) {
    fail("cannot connect to 127.0.0.1:" + std::to_string(port));
  }
  return fd;
}

SendResult send_some(int fd, const std::string& bytes, std::size_t& offset) {
  while (offset < bytes.size()) {
    const ssize_t sent = ::send(fd, bytes.data() + offset, bytes.size() - offset, MSG_NOSIGNAL);
    if (sent > 0) {
      offset += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN || errno == ENOTCONN) {
      return SendResult::would_block;
    } else if (errno != EINTR) {
      return SendResult::failed;
    }
  }
  return SendResult::all_sent;
}

std::uint16_t parse_port(const std::string& text) {
  std::size_t used = 0;
  unsigned long port = 0;
  try {
    port = std::stoul(text, &used);
  } catch (const std::logic_error&) {
    used = 0;
  }
  if (used == 0 || used != text.size() || port > 65535) {
    throw std::invalid_argument("'" + text + "' is not a port number");
  }
  return static_cast<std::uint16_t>(port);
}

}  // namespace claif::bench

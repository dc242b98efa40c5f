// A tiny HTTP server on loopback: one thread a connection, whose answers the test writes byte by
// byte.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

namespace claif::test {

class LoopbackServer {
 public:
  // The server's end of one connection.
  class Reply {
   public:
    Reply(int fd, std::atomic<size_t>& sent) : fd_(fd), sent_(sent) {}
    // False when the client has gone.
    bool send(std::string_view bytes) {
      while (!bytes.empty()) {
        const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        sent_ += static_cast<size_t>(n);
        bytes.remove_prefix(static_cast<size_t>(n));
      }
      return true;
    }
    bool closed_within(std::chrono::milliseconds patience) {
      pollfd p{fd_, POLLIN, 0};
      return ::poll(&p, 1, static_cast<int>(patience.count())) > 0;
    }
    bool wait_for_close() {
      closed_within(std::chrono::seconds(10));
      return false;
    }

   private:
    int fd_;
    std::atomic<size_t>& sent_;
  };
  // Answers one request, head and body; false: close the connection.
  using Script = std::function<bool(const std::string& request, Reply& reply)>;

  explicit LoopbackServer(Script script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (listener_ < 0 || ::bind(listener_, raw, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, raw, &size) != 0)
      throw std::runtime_error("no loopback server");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~LoopbackServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : open_)
        ::shutdown(fd, SHUT_RDWR);
    }
    for (auto& thread : connections_)
      thread.join();
    for (const int fd : open_)
      ::close(fd);
    ::close(listener_);
  }

  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  int accepted() const { return accepted_; }
  size_t sent() const { return sent_; }

 private:
  void accept_all() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      ++accepted_;
      const std::lock_guard lock(mutex_);
      open_.push_back(fd);
      connections_.emplace_back([this, fd] { serve(fd); });
    }
  }
  void serve(int fd) {
    Reply reply(fd, sent_);
    std::string have;
    char buffer[4096];
    for (;;) {
      const size_t size = request_size(have);
      if (size != 0) {
        if (!script_(have.substr(0, size), reply)) break;
        have.erase(0, size);
        continue;
      }
      const ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
      if (n <= 0) break;
      have.append(buffer, static_cast<size_t>(n));
    }
    ::shutdown(fd, SHUT_RDWR);
  }
  // Of the first whole request; 0: there is none yet.
  static size_t request_size(const std::string& have) {
    const size_t head = have.find("\r\n\r\n");
    if (head == std::string::npos) return 0;
    size_t body = 0;
    const size_t length = have.find("Content-Length: ");
    if (length < head) body = std::stoul(have.substr(length + 16));
    return have.size() >= head + 4 + body ? head + 4 + body : 0;
  }

  const Script script_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::thread acceptor_;
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> connections_;
  std::atomic<int> accepted_{0};
  std::atomic<size_t> sent_{0};
};

}  // namespace claif::test

// A client that writes and reads bytes: what a test sends is what is on the wire.
#pragma once

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace claif::testing {

struct Answer {
  int status = 0;
  std::string head;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // decoded
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

class RawClient {
 public:
  using Ms = std::chrono::milliseconds;
  explicit RawClient(uint16_t port, int receive_buffer = 0) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0)
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  // False when the other side is gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }
  // Appends what comes to `input`. False: nothing came in time, or the end (see ended, reset).
  bool receive(Ms timeout = Ms(10'000)) {
    pollfd p{fd_, POLLIN, 0};
    if (::poll(&p, 1, static_cast<int>(timeout.count())) <= 0) return false;
    char buffer[65536];
    const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0) {
      ended = true;
      reset = n < 0;
      return false;
    }
    input.append(buffer, static_cast<size_t>(n));
    return true;
  }
  // Reads to the end of the connection; true when that came in time.
  bool read_to_end(Ms timeout = Ms(10'000)) {
    const auto until = std::chrono::steady_clock::now() + timeout;
    while (!ended) {
      const auto left = std::chrono::ceil<Ms>(until - std::chrono::steady_clock::now());
      if (left <= Ms(0)) return false;
      receive(left);
    }
    return true;
  }
  // The head of the next response, an interim one too.
  std::optional<Answer> read_head() {
    size_t end = 0;
    while ((end = input.find("\r\n\r\n")) == std::string::npos)
      if (!receive()) return std::nullopt;
    Answer out = parse_head(input.substr(0, end + 4));
    input.erase(0, end + 4);
    return out;
  }
  // The next final response of the connection; nothing when it does not come whole.
  std::optional<Answer> read(bool to_head_request = false) {
    auto head = read_head();
    if (head && head->status == 100) head = read_head();
    if (!head || to_head_request) return head;
    Answer& out = *head;
    if (out.header("transfer-encoding") == "chunked") {
      if (!read_chunks(out.body)) return std::nullopt;
    } else if (out.headers.contains("content-length")) {
      const size_t length = std::strtoul(out.header("content-length").c_str(), nullptr, 10);
      while (input.size() < length)
        if (!receive()) return std::nullopt;
      out.body = input.substr(0, length);
      input.erase(0, length);
    } else {
      if (!read_to_end()) return std::nullopt;
      out.body.swap(input);
    }
    return out;
  }
  std::optional<Answer> ask(std::string_view request) {
    return send(request) ? read(request.starts_with("HEAD ")) : std::nullopt;
  }

  std::string input;  // received, not yet read
  bool ended = false, reset = false;

 private:
  static Answer parse_head(const std::string& head) {
    Answer out;
    out.head = head;
    out.status = std::atoi(head.c_str() + head.find(' ') + 1);
    for (size_t at = head.find("\r\n") + 2; at < head.size() - 2;) {
      const size_t end = head.find("\r\n", at), colon = head.find(':', at);
      std::string name = head.substr(at, colon - at);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      out.headers[name] = head.substr(colon + 2, end - colon - 2);
      at = end + 2;
    }
    return out;
  }
  bool read_chunks(std::string& body) {
    for (;;) {
      size_t end = 0;
      while ((end = input.find("\r\n")) == std::string::npos)
        if (!receive()) return false;
      const size_t size = std::strtoul(input.c_str(), nullptr, 16);
      while (input.size() < end + 2 + size + 2)
        if (!receive()) return false;
      body.append(input, end + 2, size);
      input.erase(0, end + 2 + size + 2);
      if (size == 0) return true;
    }
  }

  int fd_ = -1;
  bool connected_ = false;
};

}  // namespace claif::testing

// An Anthropic Messages API of a test's own making, on a loopback port: a thread for each
// connection, which hands every request to the test's handler.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <list>
#include <mutex>
#include <poll.h>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace claif::testing {

class FakeAnthropic {
 public:
  struct Call {
    int fd;
    std::string head, body;
    bool write(std::string_view bytes) const {
      while (!bytes.empty()) {
        const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<size_t>(n));
      }
      return true;
    }
    // Waits until the caller has closed the connection; false when it did not within `limit`.
    bool closed_within(std::chrono::milliseconds limit) const {
      pollfd p{fd, POLLIN, 0};
      char byte = 0;
      return ::poll(&p, 1, static_cast<int>(limit.count())) == 1 &&
             ::recv(fd, &byte, 1, MSG_PEEK) <= 0;
    }
    bool wants_stream() const { return body.find("\"stream\":true") != std::string::npos; }
  };
  using Handler = std::function<void(const Call&)>;

  explicit FakeAnthropic(Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 128);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept(); });
  }
  ~FakeAnthropic() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    for (auto& connection : connections_)
      ::shutdown(connection.fd, SHUT_RDWR);
    for (auto& connection : connections_) {
      connection.thread.join();
      ::close(connection.fd);
    }
  }
  FakeAnthropic(const FakeAnthropic&) = delete;
  FakeAnthropic& operator=(const FakeAnthropic&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  // Questions that came; a gateway asks for the list of models whenever it likes.
  int calls() const { return calls_; }

  static std::string response(int status, const std::string& body, const std::string& more = "") {
    return "HTTP/1.1 " + std::to_string(status) +
           " X\r\ncontent-type: application/json\r\nrequest-id: req_1\r\n" + more +
           "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  static std::string message(const std::string& text) {
    return R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-5-5","content":[{"type":"text","text":")" +
           text +
           R"("}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":2}})";
  }
  // The head of a stream and its events up to the first text.
  static std::string stream_start() {
    return "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nrequest-id: req_1\r\n"
           "connection: close\r\n\r\n"
           "event: message_start\ndata: "
           R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-5-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}})"
           "\n\nevent: content_block_start\ndata: "
           R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})"
           "\n\n";
  }
  static std::string stream_text(const std::string& text) {
    return "event: content_block_delta\ndata: "
           R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")" +
           text + "\"}}\n\n";
  }
  static std::string stream_end() {
    return "event: content_block_stop\ndata: "
           R"({"type":"content_block_stop","index":0})"
           "\n\nevent: message_delta\ndata: "
           R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}})"
           "\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
  }

 private:
  struct Connection {
    int fd;
    std::thread thread;
  };

  void accept() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (stopping_ || fd < 0) return;
      Connection& connection = connections_.emplace_back();
      connection.fd = fd;
      connection.thread = std::thread([this, fd] { serve(fd); });
    }
  }
  void serve(int fd) {
    std::string input;
    for (;;) {
      size_t end = 0;
      while ((end = input.find("\r\n\r\n")) == std::string::npos)
        if (!receive(fd, input)) return;
      Call call{fd, input.substr(0, end + 4), {}};
      const size_t at = call.head.find("ontent-Length: ");
      const size_t length =
          at == std::string::npos ? 0 : std::strtoul(call.head.c_str() + at + 15, nullptr, 10);
      while (input.size() < end + 4 + length)
        if (!receive(fd, input)) return;
      call.body = input.substr(end + 4, length);
      input.erase(0, end + 4 + length);
      if (call.head.starts_with("POST ")) ++calls_;
      handler_(call);
      if (call.wants_stream()) ::shutdown(fd, SHUT_RDWR);
    }
  }
  static bool receive(int fd, std::string& input) {
    char buffer[16384];
    const ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
    if (n > 0) input.append(buffer, static_cast<size_t>(n));
    return n > 0;
  }

  Handler handler_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> calls_ = 0;
  std::list<Connection> connections_;  // of the accepting thread, until it ends
  std::thread acceptor_;
};

}  // namespace claif::testing

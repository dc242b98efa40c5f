// The HTTP client: libcurl's multi interface on an IoLoop, with a pool of kept-alive connections.
//
// What it does beyond libcurl's examples, each for a measured cost: a socket is registered with the
// reactor once in its life, not once a transfer; easy handles are reused with their options; timers
// are armed late; new transfers start together, after the handlers of one turn have run.
#pragma once

#include "net/http_client.hpp"
#include "net/io_loop.hpp"

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <curl/curl.h>

namespace claif::net {

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(IoLoop& loop);
  ~CurlClient() override;  // cancels what is in flight

  claif_status start(uint64_t id,
                     const claif_http_request& request,
                     const claif_http_handler& handler,
                     void* ctx,
                     std::function<void()> after_done,
                     claif_error* error) override;
  void resume(uint64_t id) override;
  void cancel(uint64_t id) override;

  // Starts what start() collected and ends what cancel() named. Called by the loop between
  // handlers.
  void drive_pending();

 private:
  struct Socket;
  struct Transfer;

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void* socket) noexcept;
  static int on_timer(CURLM*, long ms, void* self) noexcept;
  static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* address) noexcept;
  static int on_close(void* self, curl_socket_t fd) noexcept;
  static size_t on_header(char* data, size_t size, size_t n, void* transfer) noexcept;
  static size_t on_body(char* data, size_t size, size_t n, void* transfer) noexcept;

  std::unique_ptr<Transfer> take_transfer();
  std::shared_ptr<Socket> watch(int family, curl_socket_t fd, bool foreign);
  void wait(const std::shared_ptr<Socket>& socket);
  void drive_socket(const std::shared_ptr<Socket>& socket, bool wanted, int mask);
  void drive(curl_socket_t fd, int mask);
  void reap();
  void end(Transfer& transfer, claif_status status, std::string_view text);
  void end_by_curl(Transfer& transfer, CURLcode code);
  void check_idle(uint64_t id);

  IoLoop& loop_;
  CURLM* multi_;
  bool driving_ = false, timeout_due_ = false;
  TimerId curl_timer_ = 0;
  Nanos curl_deadline_ = Nanos::max();
  std::unordered_map<curl_socket_t, std::shared_ptr<Socket>> sockets_;
  std::unordered_map<uint64_t, std::unique_ptr<Transfer>> transfers_;
  std::vector<std::unique_ptr<Transfer>> spare_;
  std::vector<uint64_t> to_add_, to_cancel_;
  std::array<char, 4096> peeked_{};
};

// For curl_global_init and the like: once a process, before the first client. [any]
void initialise_curl();

}  // namespace claif::net

#include "net/curl_client.hpp"

#include "net/curl_transfer.hpp"

#include <claif/sdk/text.hpp>

#include <algorithm>
#include <mutex>
#include <unistd.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <sys/socket.h>

namespace claif::net {

namespace asio = boost::asio;

// A socket and its one registration with the reactor. Handlers share it with the map, because a
// wait may end after the socket was closed.
struct CurlClient::Socket {
  using Stream = asio::generic::stream_protocol::socket;
  Socket(asio::io_context& io, int family, curl_socket_t fd, bool is_foreign)
      : stream(io, asio::generic::stream_protocol(family, 0), fd), foreign(is_foreign) {}
  Stream stream;
  bool foreign;                           // not opened by us (the resolver's), so not closed by us
  bool reading = false, writing = false;  // what curl wants to know
  bool waits_read = false, waits_write = false;
  bool closed = false;
};

struct CurlClient::Transfer : CurlTransfer {
  using CurlTransfer::CurlTransfer;
  CurlClient* client = nullptr;
};

void initialise_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

CurlClient::CurlClient(IoLoop& loop) : loop_(loop), multi_((initialise_curl(), curl_multi_init())) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 256L);
}

CurlClient::~CurlClient() {
  while (!transfers_.empty())
    end(*transfers_.begin()->second, CLAIF_E_CANCELLED, "the HTTP client is shutting down");
  spare_.clear();
  curl_multi_cleanup(multi_);  // closes the kept connections, by way of on_close
  if (curl_timer_ != 0) loop_.cancel(curl_timer_);
}

std::unique_ptr<CurlClient::Transfer> CurlClient::take_transfer() {
  if (!spare_.empty()) {
    auto transfer = std::move(spare_.back());
    spare_.pop_back();
    return transfer;
  }
  auto transfer = std::make_unique<Transfer>();
  CURL* const easy = transfer->easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer.get());
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &on_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer.get());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer.get());
  transfer->client = this;
  return transfer;
}

claif_status CurlClient::start(uint64_t id,
                               const claif_http_request& request,
                               const claif_http_handler& handler,
                               void* ctx,
                               std::function<void()> after_done,
                               claif_error* error) {
  auto transfer = take_transfer();
  if (const auto prepared = transfer->prepare(request); !prepared) {
    sdk::fill(error, CLAIF_E_ARG, prepared.error().message);
    return CLAIF_E_ARG;
  }
  transfer->id = id;
  transfer->handler = &handler;
  transfer->ctx = ctx;
  transfer->after_done = std::move(after_done);
  transfer->last_activity = loop_.clock().coarse();
  transfer->idle_timer = loop_.after(Millis(std::min(transfer->first_byte_ms, transfer->idle_ms)),
                                     [this, id] { check_idle(id); });
  to_add_.push_back(id);
  transfers_.emplace(id, std::move(transfer));
  return CLAIF_OK;
}

void CurlClient::resume(uint64_t id) {
  const auto found = transfers_.find(id);
  if (found == transfers_.end() || !found->second->paused) return;
  found->second->paused = false;
  if (std::exchange(found->second->curl_paused, false)) {
    found->second->last_activity = loop_.clock().now();
    curl_easy_pause(found->second->easy, CURLPAUSE_CONT);
    timeout_due_ = true;
  }
}

void CurlClient::cancel(uint64_t id) {
  const auto found = transfers_.find(id);
  if (found == transfers_.end() || found->second->cancelled) return;
  found->second->cancelled = true;
  to_cancel_.push_back(id);
}

void CurlClient::drive_pending() {
  while (!to_add_.empty() || !to_cancel_.empty() || timeout_due_) {
    std::vector<uint64_t> adding, cancelling;
    adding.swap(to_add_);
    cancelling.swap(to_cancel_);
    for (const uint64_t id : cancelling)
      if (const auto found = transfers_.find(id); found != transfers_.end())
        end(*found->second, CLAIF_E_CANCELLED, "cancelled");
    for (const uint64_t id : adding) {
      const auto found = transfers_.find(id);
      if (found == transfers_.end()) continue;
      found->second->added = true;
      curl_multi_add_handle(multi_, found->second->easy);
      timeout_due_ = true;
    }
    if (std::exchange(timeout_due_, false)) drive(CURL_SOCKET_TIMEOUT, 0);
  }
}

void CurlClient::drive(curl_socket_t fd, int mask) {
  int running = 0;
  driving_ = true;
  curl_multi_socket_action(multi_, fd, mask, &running);
  driving_ = false;
  reap();
}

void CurlClient::reap() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    char* data = nullptr;
    const CURLcode code = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &data);
    end_by_curl(*reinterpret_cast<Transfer*>(data), code);
  }
}

void CurlClient::end_by_curl(Transfer& transfer, CURLcode code) {
  if (code == CURLE_OK) return end(transfer, CLAIF_OK, {});
  if (transfer.cancelled) return end(transfer, CLAIF_E_CANCELLED, "cancelled");
  const claif_status status = status_of(code);
  end(transfer, status, transfer.describe(code));
}

void CurlClient::end(Transfer& transfer, claif_status status, std::string_view text) {
  auto node = transfers_.extract(transfer.id);
  std::unique_ptr<Transfer> owned = std::move(node.mapped());
  if (owned->added) curl_multi_remove_handle(multi_, owned->easy);
  owned->added = false;
  loop_.cancel(owned->idle_timer);
  const claif_error error = sdk::make_error(status, text);
  owned->handler->on_done(owned->ctx, status, status == CLAIF_OK ? nullptr : &error);
  if (owned->after_done) owned->after_done();
  owned->forget();
  if (spare_.size() < 256) spare_.push_back(std::move(owned));
}

void CurlClient::check_idle(uint64_t id) {
  const auto found = transfers_.find(id);
  if (found == transfers_.end()) return;
  Transfer& transfer = *found->second;
  const Millis limit(transfer.got_body ? transfer.idle_ms : transfer.first_byte_ms);
  const auto idle =
      std::chrono::duration_cast<Millis>(loop_.clock().now() - transfer.last_activity);
  if (!transfer.paused && idle >= limit)
    return end(transfer, CLAIF_E_TIMEOUT,
               "no byte from the server for " + std::to_string(limit.count()) + " ms");
  const Millis patience = transfer.got_body ? limit : std::min(limit, Millis(transfer.idle_ms));
  const Millis next = transfer.paused ? limit : std::clamp(limit - idle, Millis(1), patience);
  transfer.idle_timer = loop_.after(next, [this, id] { check_idle(id); });
}

std::shared_ptr<CurlClient::Socket> CurlClient::watch(int family, curl_socket_t fd, bool foreign) {
  return sockets_[fd] = std::make_shared<Socket>(loop_.io(), family, fd, foreign);
}

int CurlClient::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) noexcept {
  auto& client = *static_cast<CurlClient*>(self);
  auto found = client.sockets_.find(fd);
  if (found == client.sockets_.end()) {
    if (what == CURL_POLL_REMOVE) return 0;
    client.watch(AF_UNIX, fd, true);
    found = client.sockets_.find(fd);
  }
  Socket& socket = *found->second;
  socket.reading = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
  socket.writing = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
  if (what == CURL_POLL_REMOVE && socket.foreign) {
    socket.closed = true;
    socket.stream.release();
    client.sockets_.erase(found);
    return 0;
  }
  client.wait(found->second);
  return 0;
}

// Readability is learnt by a peek, not by Asio's wait: a wait would modify the registration each
// time, which on top reports the socket writable again, a wake-up for nothing with every event of a
// stream. The peek asks for more than is there as a rule: then the reactor knows that the socket is
// drained once curl has read it, and does not try the next peek before something new arrives. What
// was peeked is not looked at, so all share it.
void CurlClient::wait(const std::shared_ptr<Socket>& socket) {
  if (socket->reading && !std::exchange(socket->waits_read, true))
    socket->stream.async_receive(asio::buffer(peeked_), asio::socket_base::message_peek,
                                 [this, socket](const boost::system::error_code& error, size_t) {
                                   socket->waits_read = false;
                                   if (error != asio::error::operation_aborted)
                                     drive_socket(socket, socket->reading, CURL_CSELECT_IN);
                                 });
  if (socket->writing && !std::exchange(socket->waits_write, true))
    socket->stream.async_wait(Socket::Stream::wait_write,
                              [this, socket](const boost::system::error_code& error) {
                                socket->waits_write = false;
                                if (error != asio::error::operation_aborted)
                                  drive_socket(socket, socket->writing, CURL_CSELECT_OUT);
                              });
}

void CurlClient::drive_socket(const std::shared_ptr<Socket>& socket, bool wanted, int mask) {
  if (socket->closed || !wanted) return;
  drive(socket->stream.native_handle(), mask);
  if (!socket->closed) wait(socket);
}

int CurlClient::on_timer(CURLM*, long ms, void* self) noexcept {
  auto& client = *static_cast<CurlClient*>(self);
  if (ms == 0) {
    client.timeout_due_ = true;
    return 0;
  }
  if (ms < 0) {
    client.curl_deadline_ = Nanos::max();
    return 0;
  }
  // A timer that is already armed for an earlier time looks again by itself.
  client.curl_deadline_ = client.loop_.clock().now() + Millis(ms);
  if (client.curl_timer_ != 0) return 0;
  struct Look {
    CurlClient* client;
    void operator()() const {
      client->curl_timer_ = 0;
      const Nanos left = client->curl_deadline_ - client->loop_.clock().now();
      if (client->curl_deadline_ == Nanos::max()) return;
      if (left <= Nanos(0))
        client->timeout_due_ = true;
      else
        client->curl_timer_ = client->loop_.after(std::chrono::ceil<Millis>(left), *this);
    }
  };
  client.curl_timer_ = client.loop_.after(Millis(std::min(ms, 500L)), Look{&client});
  return 0;
}

curl_socket_t CurlClient::on_open(void* self, curlsocktype, curl_sockaddr* address) noexcept {
  const int fd = ::socket(address->family, address->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                          address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  try {
    static_cast<CurlClient*>(self)->watch(address->family, fd, false);
  } catch (...) {
    ::close(fd);
    return CURL_SOCKET_BAD;
  }
  return fd;
}

int CurlClient::on_close(void* self, curl_socket_t fd) noexcept {
  auto& client = *static_cast<CurlClient*>(self);
  if (const auto found = client.sockets_.find(fd); found != client.sockets_.end()) {
    found->second->closed = true;
    found->second->stream.release();
    client.sockets_.erase(found);
  }
  return ::close(fd);
}

size_t CurlClient::on_header(char* data, size_t, size_t n, void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  return transfer.take_header({data, n}) ? n : 0;
}

size_t CurlClient::on_body(char* data, size_t, size_t n, void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.cancelled) return CURL_WRITEFUNC_ERROR;
  if (transfer.paused) {  // asked for during the piece before; curl keeps this one
    transfer.curl_paused = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  transfer.last_activity = transfer.client->loop_.clock().coarse();
  transfer.got_body = true;
  if (transfer.handler->on_body(transfer.ctx, {data, n}) == CLAIF_AGAIN) transfer.paused = true;
  return n;
}

}  // namespace claif::net

#include "floor/gateway.hpp"

#include "net/event_stream.hpp"

#include <array>
#include <cerrno>
#include <span>

#include <sys/socket.h>

namespace claif::bench {
namespace {

constexpr std::uint64_t kListenerTag = 0;

constexpr std::string_view kOkHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

}  // namespace

FloorGateway::FloorGateway(Listener listener, std::uint16_t upstream_port)
    : listener_(std::move(listener)),
      upstream_port_(upstream_port),
      upstream_head_(
          "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(upstream_port) +
          "\r\nContent-Type: application/json\r\nx-api-key: k\r\n"
          "anthropic-version: 2023-06-01\r\n") {
  poller_.add(listener_.fd.get(), kReadable, kListenerTag);
}

void FloorGateway::run() {
  for (;;) {
    for (const epoll_event& event : poller_.wait(std::nullopt)) {
      if (event.data.u64 == kListenerTag) {
        accept_all();
      } else {
        on_event(event);
      }
    }
    for (Connection* connection : dropped_)
      connections_.erase(connection);
    dropped_.clear();
  }
}

void FloorGateway::accept_all() {
  for (Fd fd = accept_connection(listener_.fd.get()); fd.valid();
       fd = accept_connection(listener_.fd.get())) {
    add(std::move(fd), false);
  }
}

FloorGateway::Connection* FloorGateway::add(Fd fd, bool upstream) {
  auto owned = std::make_unique<Connection>();
  Connection* connection = owned.get();
  poller_.add(fd.get(), kReadable, reinterpret_cast<std::uint64_t>(connection));
  connection->fd = std::move(fd);
  connection->upstream = upstream;
  connections_.emplace(connection, std::move(owned));
  return connection;
}

FloorGateway::Connection* FloorGateway::idle_upstream() {
  if (idle_upstreams_.empty()) return add(connect_loopback(upstream_port_), true);
  Connection* connection = idle_upstreams_.back();
  idle_upstreams_.pop_back();
  return connection;
}

void FloorGateway::on_event(const epoll_event& event) {
  Connection& connection = *reinterpret_cast<Connection*>(event.data.u64);
  if (connection.dead) return;
  if ((event.events & kWritable) != 0) flush(connection);
  if (!connection.dead && (event.events & (kReadable | kBroken)) != 0) receive(connection);
}

void FloorGateway::receive(Connection& connection) {
  static std::array<char, 256 * 1024> buffer;
  const ssize_t size = ::recv(connection.fd.get(), buffer.data(), buffer.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) {
    drop(connection);
    return;
  }
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
  if (!connection.upstream) {
    connection.request.append(bytes);
    serve_client(connection);
  } else if (connection.peer == nullptr) {
    drop(connection);
  } else {
    connection.response.feed(bytes);
    on_response(connection);
  }
}

void FloorGateway::serve_client(Connection& client) {
  while (!client.dead && client.peer == nullptr && client.request.next())
    forward(client);
}

void FloorGateway::forward(Connection& client) {
  Connection& upstream = *idle_upstream();
  if (!append_messages_request(upstream.out, upstream_head_, client.request.mutable_body())) {
    idle_upstreams_.push_back(&upstream);
    reply_error(client, 400, "not a chat request");
    return;
  }
  upstream.peer = &client;
  client.peer = &upstream;
  upstream.response.reset();
  upstream.stream_started = false;
  flush(upstream);
}

void FloorGateway::on_response(Connection& upstream) {
  if (upstream.response.event_stream()) {
    std::string& out = upstream.peer->out;
    if (!upstream.stream_started) {
      upstream.stream_started = true;
      out +=
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
          "Transfer-Encoding: chunked\r\n\r\n";
    }
    take_events(upstream.response.body(),
                [&](std::span<char> event) { append_chat_chunks(out, event, upstream.stream); });
    if (!upstream.response.done()) flush(*upstream.peer);
  }
  if (upstream.response.done()) finish(upstream);
}

void FloorGateway::finish(Connection& upstream) {
  Connection& client = *std::exchange(upstream.peer, nullptr);
  client.peer = nullptr;
  idle_upstreams_.push_back(&upstream);
  if (upstream.response.event_stream()) {
    flush(client);
  } else if (upstream.response.status() != 200) {
    reply_error(client, upstream.response.status(), "upstream error");
  } else if (append_chat_completion(client.out, kOkHead, upstream.response.body().data())) {
    flush(client);
  } else {
    reply_error(client, 502, "not a message");
  }
  serve_client(client);
}

void FloorGateway::reply_error(Connection& client, int status, const std::string& message) {
  const std::string body = R"({"error":{"message":")" + message + R"(","type":"api_error"}})";
  client.out +=
      "HTTP/1.1 " + std::to_string(status) +
      " Error\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body;
  flush(client);
}

void FloorGateway::flush(Connection& connection) {
  const SendResult result = send_some(connection.fd.get(), connection.out, connection.sent);
  if (result == SendResult::failed) {
    drop(connection);
    return;
  }
  const bool blocked = result == SendResult::would_block;
  if (blocked != connection.wants_write) {
    connection.wants_write = blocked;
    poller_.change(connection.fd.get(), blocked ? kReadable | kWritable : kReadable,
                   reinterpret_cast<std::uint64_t>(&connection));
  }
  if (blocked) return;
  connection.out.clear();
  connection.sent = 0;
}

void FloorGateway::drop(Connection& connection) {
  if (connection.dead) return;
  connection.dead = true;
  connection.fd.reset();
  std::erase(idle_upstreams_, &connection);
  dropped_.push_back(&connection);
  if (Connection* peer = std::exchange(connection.peer, nullptr)) {
    peer->peer = nullptr;
    drop(*peer);
  }
}

}  // namespace claif::bench

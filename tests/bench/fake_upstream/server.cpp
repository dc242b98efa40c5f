#include "fake_upstream/server.hpp"

#include "fake_upstream/answers.hpp"
#include "net/clock.hpp"

#include <array>
#include <cerrno>
#include <optional>

#include <sys/socket.h>

namespace claif::bench {
namespace {

constexpr std::uint64_t kListenerTag = ~std::uint64_t{0};
constexpr std::size_t kMaxCanned = 4096;
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kNsPerUs = 1'000;
constexpr std::string_view kModels =
    R"({"data":[{"type":"model","id":"claude-mock","display_name":"Mock",)"
    R"("created_at":"2029-01-01T00:00:00Z"}],"has_more":false,"first_id":"claude-mock",)"
    R"("last_id":"claude-mock"})";
constexpr std::string_view kNotFound =
    R"({"type":"error","error":{"type":"not_found_error","message":"no such path"}})";

// The text after `key` in a body, from the first character that is neither a space nor a colon. The
// fake upstream looks for two keys only, so that it costs less than what it measures.
std::string_view after_key(std::string_view body, std::string_view key) {
  const std::size_t at = body.find(key);
  if (at == std::string_view::npos) return {};
  const std::size_t value = body.find_first_not_of(" :", at + key.size());
  return value == std::string_view::npos ? std::string_view{} : body.substr(value);
}

std::string_view model_of(std::string_view body) {
  std::string_view value = after_key(body, "\"model\"");
  if (value.empty() || value.front() != '"') return "claude-mock";
  value.remove_prefix(1);
  return value.substr(0, value.find('"'));
}

}  // namespace

Server::Server(Listener listener) : listener_(std::move(listener)) {
  poller_.add(listener_.fd.get(), kReadable, kListenerTag);
}

void Server::run() {
  for (;;) {
    std::optional<std::int64_t> timeout;
    if (!timers_.empty()) timeout = timers_.top().at - now_ns();
    for (const epoll_event& event : poller_.wait(timeout)) {
      if (event.data.u64 == kListenerTag) {
        accept_all();
      } else {
        on_event(event);
      }
    }
    fire_timers();
  }
}

void Server::accept_all() {
  for (Fd fd = accept_connection(listener_.fd.get()); fd.valid();
       fd = accept_connection(listener_.fd.get())) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(connections_.size()));
      connections_.emplace_back();
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    poller_.add(fd.get(), kReadable, slot);
    connections_[slot].fd = std::move(fd);
  }
}

void Server::on_event(const epoll_event& event) {
  const auto slot = static_cast<std::uint32_t>(event.data.u64);
  if (!connections_[slot].fd.valid()) return;
  if ((event.events & kBroken) != 0) {
    drop(slot);
    return;
  }
  if ((event.events & kWritable) != 0) flush(slot);
  if ((event.events & kReadable) != 0) receive(slot);
}

void Server::receive(std::uint32_t slot) {
  static std::array<char, 256 * 1024> buffer;
  Connection& connection = connections_[slot];
  if (!connection.fd.valid()) return;
  const ssize_t size = ::recv(connection.fd.get(), buffer.data(), buffer.size(), 0);
  if (size > 0) {
    connection.reader.append({buffer.data(), static_cast<std::size_t>(size)});
    serve(slot);
  } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
    drop(slot);
  }
}

// Answers the requests that are there as a whole, until one keeps the connection busy.
void Server::serve(std::uint32_t slot) {
  Connection& connection = connections_[slot];
  while (connection.fd.valid() && connection.phase == Phase::idle) {
    if (connection.reader.next()) {
      connection.continued = false;
      answer(slot);
      continue;
    }
    if (!connection.continued && !connection.reader.header("expect").empty()) {
      connection.continued = true;
      connection.out += "HTTP/1.1 100 Continue\r\n\r\n";
      flush(slot);
    }
    return;
  }
}

void Server::answer(std::uint32_t slot) {
  Connection& connection = connections_[slot];
  const std::string_view path = connection.reader.path();
  connection.close_after =
      connection.reader.header("connection").find("close") != std::string_view::npos;
  if (path.ends_with("/messages")) {
    answer_messages(slot);
    return;
  }
  if (path.ends_with("/count_tokens")) {
    const std::size_t tokens = connection.reader.body().size() / 4;
    connection.out += json_response("{\"input_tokens\":" + std::to_string(tokens) + "}");
  } else if (path.ends_with("/models")) {
    connection.out += json_response(kModels);
  } else {
    connection.out += json_response(kNotFound, 404);
  }
  flush(slot);
}

void Server::answer_messages(std::uint32_t slot) {
  Connection& connection = connections_[slot];
  const std::string_view body = connection.reader.body();
  connection.model = model_of(body);
  connection.behaviour = parse_behaviour(connection.model);
  connection.stream =
      after_key(body, "\"stream\"").starts_with("true") && connection.behaviour.status < 400;
  connection.deltas = 0;
  connection.phase = Phase::waiting;
  if (connection.behaviour.latency_ms == 0) {
    begin(slot);
  } else {
    timers_.push(
        {now_ns() + connection.behaviour.latency_ms * kNsPerMs, slot, connection.generation});
  }
}

void Server::begin(std::uint32_t slot) {
  Connection& connection = connections_[slot];
  connection.out += canned(connection);
  if (connection.stream && connection.behaviour.delay_us > 0) {
    connection.phase = Phase::streaming;
    timers_.push(
        {now_ns() + connection.behaviour.delay_us * kNsPerUs, slot, connection.generation});
  } else {
    connection.phase = Phase::idle;
  }
  flush(slot);
}

void Server::fire_timers() {
  while (!timers_.empty() && timers_.top().at <= now_ns()) {
    const Timer timer = timers_.top();
    timers_.pop();
    if (connections_[timer.slot].generation == timer.generation) fire(timer);
  }
}

void Server::fire(const Timer& timer) {
  Connection& connection = connections_[timer.slot];
  if (connection.phase == Phase::waiting) {
    begin(timer.slot);
  } else if (connection.deltas < connection.behaviour.events) {
    ++connection.deltas;
    append_delta(connection.out, connection.behaviour, now_ns());
    // From the planned time on, so that a late wake-up does not lower the rate of events.
    timers_.push(
        {timer.at + connection.behaviour.delay_us * kNsPerUs, timer.slot, timer.generation});
    flush(timer.slot);
  } else {
    append_stream_end(connection.out);
    connection.phase = Phase::idle;
    flush(timer.slot);
  }
  if (connection.fd.valid() && connection.phase == Phase::idle) serve(timer.slot);
}

void Server::flush(std::uint32_t slot) {
  Connection& connection = connections_[slot];
  const SendResult result = send_some(connection.fd.get(), connection.out, connection.sent);
  if (result == SendResult::failed) {
    drop(slot);
    return;
  }
  const bool blocked = result == SendResult::would_block;
  if (blocked != connection.wants_write) {
    connection.wants_write = blocked;
    poller_.change(connection.fd.get(), blocked ? kReadable | kWritable : kReadable, slot);
  }
  if (blocked) return;
  connection.out.clear();
  connection.sent = 0;
  if (connection.close_after && connection.phase == Phase::idle) drop(slot);
}

void Server::drop(std::uint32_t slot) {
  const std::uint32_t generation = connections_[slot].generation;
  connections_[slot] = Connection{};
  connections_[slot].generation = generation + 1;
  free_.push_back(slot);
}

const std::string& Server::canned(const Connection& connection) {
  std::string key = (connection.stream ? "s" : "j") + connection.model;
  const auto known = canned_.find(key);
  if (known != canned_.end()) return known->second;
  if (canned_.size() >= kMaxCanned) canned_.clear();
  std::string bytes;
  if (connection.stream) {
    bytes = stream_start(connection.model);
    if (connection.behaviour.delay_us == 0) {
      for (int i = 0; i < connection.behaviour.events; ++i) {
        append_delta(bytes, connection.behaviour, 0);
      }
      append_stream_end(bytes);
    }
  } else {
    bytes = message_response(connection.behaviour, connection.model);
  }
  return canned_.emplace(std::move(key), std::move(bytes)).first->second;
}

}  // namespace claif::bench

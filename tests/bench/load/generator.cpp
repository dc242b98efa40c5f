#include "load/generator.hpp"

#include "net/clock.hpp"
#include "net/event_stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <span>
#include <string_view>
#include <system_error>

#include <sys/socket.h>

namespace claif::bench {
namespace {

std::int64_t to_ns(double seconds) {
  return static_cast<std::int64_t>(seconds * 1e9);
}

// The time at which the fake upstream sent an event: the last "t=<ns>" in it, or 0.
std::int64_t stamp_of(std::string_view event) {
  const std::size_t at = event.rfind("t=");
  std::int64_t stamp = 0;
  if (at != std::string_view::npos) {
    std::from_chars(event.data() + at + 2, event.data() + event.size(), stamp);
  }
  return stamp;
}

}  // namespace

Generator::Generator(Options options, std::string request)
    : options_(std::move(options)), request_(std::move(request)) {}

Results Generator::run() {
  connections_.resize(options_.connections);
  started_at_ = now_ns();
  if (options_.requests > 0) start_measuring();
  for (std::size_t index = 0; index < connections_.size(); ++index)
    open(index);
  const std::int64_t warm_until = started_at_ + to_ns(options_.warm_seconds);
  for (;;) {
    const std::int64_t now = now_ns();
    if (!measuring_ && now >= warm_until) start_measuring();
    if (measuring_ && finished(now)) break;
    std::int64_t wake = measuring_ ? measured_from_ + to_ns(options_.seconds) : warm_until;
    if (options_.requests > 0) wake = now + kNsPerSecond;
    if (options_.rate > 0) wake = std::min(wake, send_due(now));
    for (const epoll_event& event : poller_.wait(wake - now_ns()))
      on_event(event);
  }
  measuring_ = false;
  results_.seconds = static_cast<double>(now_ns() - measured_from_) / 1e9;
  results_.after = read_usage(options_.pid);
  return std::move(results_);
}

void Generator::start_measuring() {
  results_.before = read_usage(options_.pid);
  measured_from_ = now_ns();
  measuring_ = true;
}

bool Generator::finished(std::int64_t now) const {
  if (options_.requests == 0) return now >= measured_from_ + to_ns(options_.seconds);
  return results_.succeeded + results_.failed >= options_.requests;
}

// Open loop: sends what is due and returns the time of the next request.
std::int64_t Generator::send_due(std::int64_t now) {
  for (;;) {
    const double offset = static_cast<double>(planned_requests_) / options_.rate;
    const std::int64_t due = started_at_ + to_ns(offset);
    if (due > now) return due;
    ++planned_requests_;
    if (idle_.empty()) {
      waiting_.push_back(due);
    } else {
      const std::size_t index = idle_.back();
      idle_.pop_back();
      send_now(index, due);
    }
  }
}

void Generator::open(std::size_t index) {
  Connection& connection = connections_[index];
  connection.fd = connect_loopback(options_.port);
  connection.phase = Phase::connecting;
  poller_.add(connection.fd.get(), kReadable | kWritable, index);
}

void Generator::on_event(const epoll_event& event) {
  const std::size_t index = event.data.u64;
  Connection& connection = connections_[index];
  if (connection.phase == Phase::connecting) {
    on_connected(index, event.events);
    return;
  }
  if ((event.events & kWritable) != 0) {
    poller_.change(connection.fd.get(), kReadable, index);
    if (connection.phase == Phase::busy) push(index);
  }
  if ((event.events & (kReadable | kBroken)) != 0) receive(index);
}

void Generator::on_connected(std::size_t index, std::uint32_t events) {
  const int fd = connections_[index].fd.get();
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    throw std::system_error(error, std::generic_category(),
                            "cannot connect to 127.0.0.1:" + std::to_string(options_.port));
  }
  if ((events & kWritable) == 0) return;
  poller_.change(fd, kReadable, index);
  next_on(index);
}

void Generator::receive(std::size_t index) {
  static std::array<char, 256 * 1024> buffer;
  Connection& connection = connections_[index];
  if (connection.phase == Phase::connecting) return;
  const ssize_t size = ::recv(connection.fd.get(), buffer.data(), buffer.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) {
    if (connection.phase == Phase::idle) {
      std::erase(idle_, index);
      ++results_.reconnects;
      open(index);
      return;
    }
    if (size == 0) connection.response.feed_end();
    if (connection.response.done()) {
      finish(index);
    } else {
      fail(index, "the connection was closed in the middle of an answer");
    }
    return;
  }
  if (connection.phase != Phase::busy) return;
  const std::int64_t now = now_ns();
  if (connection.first_byte == 0) connection.first_byte = now;
  if (measuring_) results_.bytes += static_cast<std::uint64_t>(size);
  connection.response.feed({buffer.data(), static_cast<std::size_t>(size)});
  if (connection.response.event_stream()) read_events(connection, now);
  if (connection.response.done()) finish(index);
}

void Generator::read_events(Connection& connection, std::int64_t now) {
  take_events(connection.response.body(), [&](std::span<char> bytes) {
    const std::string_view event(bytes.data(), bytes.size());
    if (event.find("data:") == std::string_view::npos) return;
    if (connection.first_event == 0) connection.first_event = now;
    if (!connection.seen_expected) {
      connection.seen_expected = event.find(options_.expect) != std::string_view::npos;
    }
    const std::int64_t stamp = stamp_of(event);
    if (stamp > 0 && connection.first_token == 0) connection.first_token = now;
    if (!measuring_) return;
    ++results_.events;
    if (stamp > 0 && stamp < now) results_.one_way.push_back(now - stamp);
  });
}

void Generator::send_now(std::size_t index, std::int64_t planned) {
  Connection& connection = connections_[index];
  ++started_requests_;
  connection.response.reset();
  connection.planned = planned;
  connection.sent_at = now_ns();
  connection.first_byte = connection.first_event = connection.first_token = 0;
  connection.sent = 0;
  connection.seen_expected = false;
  connection.phase = Phase::busy;
  push(index);
}

void Generator::push(std::size_t index) {
  Connection& connection = connections_[index];
  switch (send_some(connection.fd.get(), request_, connection.sent)) {
    case SendResult::all_sent:
      break;
    case SendResult::would_block:
      poller_.change(connection.fd.get(), kReadable | kWritable, index);
      break;
    case SendResult::failed:
      fail(index, "the request could not be sent");
      break;
  }
}

void Generator::next_on(std::size_t index) {
  connections_[index].phase = Phase::idle;
  if (options_.rate > 0) {
    if (waiting_.empty()) {
      idle_.push_back(index);
      return;
    }
    const std::int64_t planned = waiting_.front();
    waiting_.pop_front();
    send_now(index, planned);
  } else if (options_.requests == 0 || started_requests_ < options_.requests) {
    send_now(index, now_ns());
  }
}

void Generator::finish(std::size_t index) {
  Connection& connection = connections_[index];
  ResponseReader& response = connection.response;
  const std::int64_t now = now_ns();
  const bool expected = response.event_stream()
                            ? connection.seen_expected
                            : response.body().find(options_.expect) != std::string::npos;
  if (measuring_) {
    ++results_.statuses[response.status()];
    if (response.status() == 200 && expected) {
      ++results_.succeeded;
      results_.latency.push_back(now -
                                 (options_.rate > 0 ? connection.planned : connection.sent_at));
      results_.first_byte.push_back(connection.first_byte - connection.sent_at);
      if (connection.first_event > 0) {
        results_.first_event.push_back(connection.first_event - connection.sent_at);
      }
      if (connection.first_token > 0) {
        results_.first_token.push_back(connection.first_token - connection.sent_at);
      }
    } else {
      ++results_.failed;
      if (results_.first_failure.empty()) {
        results_.first_failure =
            "status " + std::to_string(response.status()) + ": " + response.body().substr(0, 300);
      }
    }
  }
  if (response.closes()) {
    ++results_.reconnects;
    open(index);
  } else {
    next_on(index);
  }
}

void Generator::fail(std::size_t index, const std::string& why) {
  if (measuring_) {
    ++results_.failed;
    if (results_.first_failure.empty()) results_.first_failure = why;
  }
  ++results_.reconnects;
  open(index);
}

}  // namespace claif::bench

// Sends the request over a pool of connections: each connection again as soon as it has its answer
// (closed loop), or at a constant rate whatever the answers do (open loop).
#pragma once

#include "load/options.hpp"
#include "load/results.hpp"
#include "net/http_message.hpp"
#include "net/poller.hpp"
#include "net/socket.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace claif::bench {

class Generator {
 public:
  Generator(Options options, std::string request);

  // Warms up, measures, and returns. Throws std::system_error when nobody listens.
  Results run();

 private:
  enum class Phase { connecting, idle, busy };

  struct Connection {
    Fd fd;
    Phase phase = Phase::connecting;
    std::int64_t planned = 0;
    std::int64_t sent_at = 0;
    std::int64_t first_byte = 0;
    std::int64_t first_event = 0;
    std::int64_t first_token = 0;
    std::size_t sent = 0;
    bool seen_expected = false;
    ResponseReader response;
  };

  void open(std::size_t index);
  void on_event(const epoll_event& event);
  void on_connected(std::size_t index, std::uint32_t events);
  void receive(std::size_t index);
  void read_events(Connection& connection, std::int64_t now);
  void send_now(std::size_t index, std::int64_t planned);
  void push(std::size_t index);
  void next_on(std::size_t index);
  void finish(std::size_t index);
  void fail(std::size_t index, const std::string& why);
  void start_measuring();
  std::int64_t send_due(std::int64_t now);
  bool finished(std::int64_t now) const;

  Options options_;
  std::string request_;
  Poller poller_;
  std::vector<Connection> connections_;
  std::vector<std::size_t> idle_;     // open loop only
  std::deque<std::int64_t> waiting_;  // planned times for which no connection was free
  Results results_;
  bool measuring_ = false;
  std::int64_t started_at_ = 0;
  std::int64_t measured_from_ = 0;
  std::uint64_t planned_requests_ = 0;
  std::uint64_t started_requests_ = 0;
};

}  // namespace claif::bench

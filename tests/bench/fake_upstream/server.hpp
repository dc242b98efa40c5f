// The epoll server of the fake upstream: one thread, keep-alive, a timer for each paced stream.
#pragma once

#include "fake_upstream/behaviour.hpp"
#include "net/http_message.hpp"
#include "net/poller.hpp"
#include "net/socket.hpp"

#include <cstdint>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace claif::bench {

class Server {
 public:
  explicit Server(Listener listener);

  // Serves until the process ends.
  [[noreturn]] void run();

 private:
  enum class Phase { idle, waiting, streaming };

  struct Connection {
    Fd fd;
    std::uint32_t generation = 0;  // guards timers against a slot used again
    RequestReader reader;
    std::string out;
    std::size_t sent = 0;
    Phase phase = Phase::idle;
    bool wants_write = false;
    bool continued = false;
    bool close_after = false;
    bool stream = false;
    Behaviour behaviour;
    std::string model;
    int deltas = 0;
  };

  struct Timer {
    std::int64_t at;
    std::uint32_t slot;
    std::uint32_t generation;
    bool operator>(const Timer& other) const { return at > other.at; }
  };

  void accept_all();
  void on_event(const epoll_event& event);
  void receive(std::uint32_t slot);
  void serve(std::uint32_t slot);
  void answer(std::uint32_t slot);
  void answer_messages(std::uint32_t slot);
  void begin(std::uint32_t slot);
  void fire_timers();
  void fire(const Timer& timer);
  void flush(std::uint32_t slot);
  void drop(std::uint32_t slot);
  const std::string& canned(const Connection& connection);

  Listener listener_;
  Poller poller_;
  std::vector<Connection> connections_;
  std::vector<std::uint32_t> free_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::unordered_map<std::string, std::string> canned_;
};

}  // namespace claif::bench

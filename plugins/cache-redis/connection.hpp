// One connection to a Redis server, used by one thread at a time.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <hiredis/hiredis.h>

namespace claif::cache_redis {

using Clock = std::chrono::steady_clock;

struct Server {
  std::string socket;  // path of a Unix socket; empty: host and port
  std::string host;
  int port = 6379;
  std::string username, password;  // empty: none
  int database = 0;
  std::string name() const { return socket.empty() ? host + ":" + std::to_string(port) : socket; }
};

// Every error is an sdk::Error with CLAIF_E_UNAVAILABLE, and ends the connection: an answer that
// comes late must never be taken for that of the next command.
class Connection {
 public:
  // Connects, and says who it is, before `deadline`.
  Connection(const Server& server, Clock::time_point deadline);

  // The answer to a command of binary arguments: a text, or nothing for null.
  std::optional<std::string> ask(const std::vector<std::string_view>& command,
                                 Clock::time_point deadline);

 private:
  [[noreturn]] void fail(const std::string& what) const;
  void set_timeout(Clock::time_point deadline) const;
  std::string name_;
  std::unique_ptr<redisContext, void (*)(redisContext*)> context_;
};

}  // namespace claif::cache_redis

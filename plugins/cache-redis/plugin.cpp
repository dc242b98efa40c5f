#include "connection.hpp"

#include <claif/plugin.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace claif;
using cache_redis::Clock;
using cache_redis::Connection;
using cache_redis::Server;

class RedisCache {
 public:
  static constexpr bool kBlocking = true;
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "host": {"description": "Default 127.0.0.1", "type": "string", "minLength": 1},
      "port": {"description": "Default 6379", "type": "integer", "minimum": 1, "maximum": 65535},
      "socket": {"description": "A Unix socket, in place of host and port", "type": "string", "minLength": 1},
      "username": {"type": "string"},
      "password": {"type": "string"},
      "database": {"description": "Default 0", "type": "integer", "minimum": 0},
      "prefix": {"description": "Before every key; default claif:cache:", "type": "string"},
      "timeout": {"description": "Of one call; default 40ms", "type": ["string", "integer"]},
      "pause": {"description": "After a failure, how long nothing is tried; default 1s", "type": ["string", "integer"]},
      "connections": {"description": "Kept open; default 8", "type": "integer", "minimum": 1, "maximum": 1024}
    }
  })";

  RedisCache(sdk::Host host, const sdk::Config& config)
      : host_(host),
        server_{config.string("socket", ""),
                config.string("host", "127.0.0.1"),
                static_cast<int>(config.integer("port", 6379)),
                config.string("username", ""),
                config.string("password", ""),
                static_cast<int>(config.integer("database", 0))},
        prefix_(config.string("prefix", "claif:cache:")),
        timeout_(config.duration_ms("timeout", 40)),
        pause_(config.duration_ms("pause", 1000)),
        most_idle_(static_cast<size_t>(config.integer("connections", 8))) {}

  sdk::CacheValue get(std::string_view key) {
    auto value = ask({"GET", prefix_ + std::string(key)});
    return value ? std::make_shared<const std::string>(std::move(*value)) : nullptr;
  }

  void put(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) {
    if (ttl.count() <= 0) return erase(key);
    const auto bounded = std::min<std::chrono::milliseconds>(ttl, kMaxTtl);
    ask({"SET", prefix_ + std::string(key), std::string(value), "PX",
         std::to_string(bounded.count())});
  }

  void erase(std::string_view key) { ask({"DEL", prefix_ + std::string(key)}); }

 private:
  static constexpr std::chrono::hours kMaxTtl{24 * 365 * 10};

  std::optional<std::string> ask(const std::vector<std::string>& command) {
    const Clock::time_point deadline = Clock::now() + timeout_;
    std::unique_ptr<Connection> connection = take();
    const std::vector<std::string_view> words(command.begin(), command.end());
    try {
      if (connection) {
        try {
          auto answer = connection->ask(words, deadline);
          give_back(std::move(connection));
          return answer;
        } catch (const sdk::Error&) {
          // It may have been idle since a server that is gone; only a new one can tell.
          connection.reset();
        }
      }
      connection = std::make_unique<Connection>(server_, deadline);
      auto answer = connection->ask(words, deadline);
      give_back(std::move(connection));
      return answer;
    } catch (const sdk::Error& error) {
      begin_pause(error);
      throw;
    }
  }

  // Null: none is idle.
  std::unique_ptr<Connection> take() {
    const std::lock_guard lock(mutex_);
    if (Clock::now() < pause_ends_)
      throw sdk::Error("Redis at " + server_.name() + " failed just now", CLAIF_E_UNAVAILABLE);
    if (idle_.empty()) return nullptr;
    auto out = std::move(idle_.back());
    idle_.pop_back();
    return out;
  }

  void give_back(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    failing_ = false;
    if (idle_.size() < most_idle_) idle_.push_back(std::move(connection));
  }

  // Others would only wait for the same.
  void begin_pause(const sdk::Error& error) {
    const std::lock_guard lock(mutex_);
    pause_ends_ = Clock::now() + pause_;
    idle_.clear();
    if (!std::exchange(failing_, true))
      host_.log(CLAIF_LOG_WARN,
                std::string(error.what()) + "; the cache is passed by until it is back");
  }

  const sdk::Host host_;
  const Server server_;
  const std::string prefix_;
  const std::chrono::milliseconds timeout_, pause_;
  const size_t most_idle_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
  Clock::time_point pause_ends_{};
  bool failing_ = false;
};

}  // namespace

CLAIF_PLUGIN(RedisCache, "claif.cache.redis", "0.1.0");

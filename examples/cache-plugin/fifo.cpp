// A cache backend: the newest `entries` answers, first in, first out.
#include <claif/plugin.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

using namespace claif;

class FifoCache {
 public:
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {"entries": {"type": "integer", "minimum": 1, "maximum": 1000000}}
  })";
  FifoCache(sdk::Host host, const sdk::Config& config)
      : host_(host), entries_(static_cast<size_t>(config.integer("entries", 1000))) {}

  // Called by any thread, several at a time.
  sdk::CacheValue get(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = values_.find(std::string(key));
    const bool fresh = found != values_.end() && found->second.expires > host_.now();
    return fresh ? found->second.value : nullptr;
  }

  void put(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) {
    const std::lock_guard lock(mutex_);
    if (values_
            .insert_or_assign(std::string(key),
                              Entry{std::make_shared<const std::string>(value), host_.now() + ttl})
            .second)
      order_.emplace_back(key);
    for (; order_.size() > entries_; order_.pop_front())
      values_.erase(order_.front());
  }

  void erase(std::string_view key) {
    const std::lock_guard lock(mutex_);
    if (values_.erase(std::string(key)) > 0) std::erase(order_, key);
  }

 private:
  struct Entry {
    sdk::CacheValue value;
    std::chrono::nanoseconds expires;
  };
  const sdk::Host host_;
  const size_t entries_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> values_;
  std::deque<std::string> order_;  // the oldest first
};

CLAIF_PLUGIN(FifoCache, "com.example.fifo", "1.0.0");

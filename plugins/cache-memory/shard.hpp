// One shard of the cache: a least-recently-used list bounded by bytes.
#pragma once

#include <claif/sdk/cache.hpp>

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace claif::cache_memory {

// Times are nanoseconds of the host's monotonic clock. [any]
class Shard {
 public:
  // What an entry costs beside its key and value: list node, index node, two strings, control
  // block.
  static constexpr uint64_t kEntryOverhead = 256;

  explicit Shard(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  // An expired entry is a miss, and leaves. A hit becomes the most recently used.
  sdk::CacheValue get(std::string_view key, int64_t now) {
    const std::lock_guard lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    const Position at = found->second;
    if (at->expires <= now) {
      remove(at);
      return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, at);
    return at->value;
  }

  // Replaces what was there, and drops the least recently used entries until it fits. An entry that
  // can never fit is not kept.
  void put(std::string_view key, sdk::CacheValue value, int64_t expires) {
    Entries fresh;  // made outside the lock
    fresh.push_back({std::string(key), std::move(value), expires});
    const uint64_t bytes = cost(fresh.front());
    const std::lock_guard lock(mutex_);
    if (const auto found = index_.find(key); found != index_.end()) remove(found->second);
    if (bytes > max_bytes_) return;
    while (bytes_ + bytes > max_bytes_)
      remove(std::prev(entries_.end()));
    index_.emplace(fresh.front().key, fresh.begin());
    entries_.splice(entries_.begin(), fresh);
    bytes_ += bytes;
  }

  void erase(std::string_view key) {
    const std::lock_guard lock(mutex_);
    if (const auto found = index_.find(key); found != index_.end()) remove(found->second);
  }

  uint64_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  struct Entry {
    std::string key;
    sdk::CacheValue value;  // shared with readers that were handed it
    int64_t expires = 0;
  };
  using Entries = std::list<Entry>;
  using Position = Entries::iterator;

  static uint64_t cost(const Entry& e) { return e.key.size() + e.value->size() + kEntryOverhead; }
  void remove(Position at) {
    bytes_ -= cost(*at);
    index_.erase(at->key);
    entries_.erase(at);
  }

  const uint64_t max_bytes_;
  mutable std::mutex mutex_;
  uint64_t bytes_ = 0;
  Entries entries_;                                       // most recently used first
  std::unordered_map<std::string_view, Position> index_;  // keys are views into entries_
};

}  // namespace claif::cache_memory

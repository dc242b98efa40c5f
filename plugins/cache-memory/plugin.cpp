#include "shard.hpp"

#include <claif/plugin.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace claif;
using claif::cache_memory::Shard;

// Shards keep threads that use different keys from waiting for each other.
class MemoryCache {
 public:
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "max_bytes": {
        "description": "Bound of all entries with their keys and overhead; default 64MiB",
        "type": ["string", "integer"]
      },
      "shards": {
        "description": "Independently locked parts, each with its share of max_bytes; default 16",
        "type": "integer", "minimum": 1, "maximum": 1024
      }
    }
  })";

  MemoryCache(sdk::Host host, const sdk::Config& config) : host_(host) {
    const uint64_t max_bytes = config.bytes("max_bytes", uint64_t{64} << 20);
    const auto count = static_cast<size_t>(config.integer("shards", 16));
    if (max_bytes / count <= Shard::kEntryOverhead)
      throw sdk::Error("'max_bytes' is too small for " + std::to_string(count) + " shards",
                       CLAIF_E_ARG);
    host.now();  // throws when the host has no clock
    for (size_t i = 0; i < count; ++i)
      shards_.push_back(std::make_unique<Shard>(max_bytes / count));
  }

  sdk::CacheValue get(std::string_view key) { return shard(key).get(key, host_.now().count()); }

  void put(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) {
    if (ttl.count() <= 0) return shard(key).erase(key);
    const auto expires = host_.now() + std::min<std::chrono::milliseconds>(ttl, kMaxTtl);
    shard(key).put(key, std::make_shared<const std::string>(value), expires.count());
  }

  void erase(std::string_view key) { shard(key).erase(key); }

 private:
  static constexpr std::chrono::hours kMaxTtl{24 * 365 * 10};

  Shard& shard(std::string_view key) {
    return *shards_[std::hash<std::string_view>{}(key) % shards_.size()];
  }

  const sdk::Host host_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace

CLAIF_PLUGIN(MemoryCache, "claif.cache.memory", "0.1.0");

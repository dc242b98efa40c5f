#include "directory.hpp"

#include <claif/plugin.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace claif;
using cache_file::Directory;

class FileCache {
 public:
  static constexpr bool kBlocking = true;
  static constexpr const char* kNeeds[] = {CLAIF_CLOCK_ID, nullptr};
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["dir"],
    "properties": {
      "dir": {"description": "Directory of the entries; created if it is missing", "type": "string", "minLength": 1},
      "max_bytes": {"description": "Bound of all entries on the disk; default 1GiB", "type": ["string", "integer"]}
    }
  })";

  FileCache(sdk::Host host, const sdk::Config& config)
      : host_(host),
        directory_(config.string("dir")),
        max_bytes_(static_cast<int64_t>(config.bytes("max_bytes", uint64_t{1} << 30))) {
    if (max_bytes_ < kLeastBytes)
      throw sdk::Error("'max_bytes' must be at least 64KiB", CLAIF_E_ARG);
    make_room();
  }

  sdk::CacheValue get(std::string_view key) const {
    if (!cache_file::is_key(key)) return nullptr;
    auto value = directory_.read(key, host_.wall_ms());
    return value ? std::make_shared<const std::string>(std::move(value->bytes)) : nullptr;
  }

  void put(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) {
    if (!cache_file::is_key(key)) throw sdk::Error("a key is 64 hex digits", CLAIF_E_ARG);
    if (ttl.count() <= 0 || static_cast<int64_t>(value.size()) > max_bytes_ / 2) return erase(key);
    const int64_t expires = host_.wall_ms() + std::min<int64_t>(ttl.count(), kMaxTtlMs);
    const std::lock_guard lock(mutex_);
    bytes_ += directory_.write(key, {expires, std::string(value)});
    if (bytes_ > max_bytes_) make_room();
  }

  void erase(std::string_view key) {
    if (!cache_file::is_key(key)) return;
    const std::lock_guard lock(mutex_);
    bytes_ += directory_.remove(key);
  }

 private:
  static constexpr int64_t kLeastBytes = 64 << 10;
  static constexpr int64_t kMaxTtlMs = int64_t{10} * 365 * 24 * 3'600'000;

  // Looks what is there, which other processes change too, and removes what was used least, down to
  // nine tenths of the bound.
  void make_room() {
    std::vector<Directory::Entry> entries = directory_.list();
    bytes_ = 0;
    for (const Directory::Entry& entry : entries)
      bytes_ += entry.bytes;
    if (bytes_ <= max_bytes_) return;
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.used_ns < b.used_ns; });
    for (const Directory::Entry& entry : entries) {
      if (bytes_ <= max_bytes_ / 10 * 9) break;
      bytes_ += directory_.remove(entry.key);
    }
  }

  const sdk::Host host_;
  const Directory directory_;
  const int64_t max_bytes_;
  std::mutex mutex_;
  int64_t bytes_ = 0;
};

}  // namespace

CLAIF_PLUGIN(FileCache, "claif.cache.file", "0.1.0");

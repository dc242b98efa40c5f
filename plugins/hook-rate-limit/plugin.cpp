#include <claif/plugin.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

using namespace claif;

// A token bucket for each key: it holds up to `burst` requests and refills at
// `requests_per_minute`.
class RateLimit {
 public:
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["requests_per_minute"],
    "properties": {
      "requests_per_minute": {
        "description": "Requests that a key may make a minute, on average",
        "type": "number", "minimum": 0, "exclusiveMinimum": true
      },
      "burst": {
        "description": "Requests that a key may make at once; default requests_per_minute, at least 1",
        "type": "number", "minimum": 1
      },
      "per": {
        "description": "What a key is; default tenant",
        "type": "string", "enum": ["tenant", "session", "model", "global"]
      }
    }
  })";

  RateLimit(sdk::Host host, const sdk::Config& config)
      : host_(host),
        per_(config.string("per", "tenant")),
        per_second_(config.number("requests_per_minute", 0) / 60),
        burst_(std::max(config.number("burst", per_second_ * 60), 1.0)) {
    if (!(per_second_ > 0))
      throw sdk::Error("'requests_per_minute' must be more than 0", CLAIF_E_ARG);
    host.now();  // throws when the host has no clock
  }

  sdk::HookResult on_request(const sdk::HookInput& input) {
    const double wait = take(key(input), host_.now().count());
    if (wait > 0) {
      const double ms = std::min(std::ceil(wait * 1000), 86'400'000.0);
      throw sdk::Error(
          "the rate limit of this " + (per_ == "global" ? "gateway" : per_) + " is used up",
          CLAIF_E_RATE, static_cast<uint32_t>(ms));
    }
    return sdk::HookResult::unchanged();
  }

 private:
  static constexpr size_t kMaxKeys = 65'536;

  struct Bucket {
    std::string key;
    double tokens = 0;
    int64_t at_ns = 0;
  };
  using Buckets = std::list<Bucket>;

  std::string_view key(const sdk::HookInput& input) const {
    if (per_ == "tenant") return input.tenant();
    if (per_ == "session") return input.session();
    if (per_ == "model") return input.model();
    return {};
  }

  // Takes one token. The seconds to wait for it, 0 when it was there.
  double take(std::string_view key, int64_t now_ns) {
    const std::lock_guard lock(mutex_);
    Bucket& bucket = find(key, now_ns);
    const double elapsed = static_cast<double>(std::max<int64_t>(now_ns - bucket.at_ns, 0)) / 1e9;
    bucket.tokens = std::min(bucket.tokens + elapsed * per_second_, burst_);
    bucket.at_ns = std::max(bucket.at_ns, now_ns);
    if (bucket.tokens + kRounding < 1) return (1 - bucket.tokens) / per_second_;
    bucket.tokens = std::max(bucket.tokens - 1, 0.0);
    return 0;
  }

  // The bucket becomes the most recently used; a new one is full.
  Bucket& find(std::string_view key, int64_t now_ns) {
    if (const auto found = index_.find(key); found != index_.end()) {
      buckets_.splice(buckets_.begin(), buckets_, found->second);
      return buckets_.front();
    }
    if (buckets_.size() == kMaxKeys) {
      index_.erase(buckets_.back().key);
      buckets_.pop_back();
    }
    buckets_.push_front({std::string(key), burst_, now_ns});
    index_.emplace(buckets_.front().key, buckets_.begin());
    return buckets_.front();
  }

  // A client that waits exactly as long as it was told must not fail for a rounding error.
  static constexpr double kRounding = 1e-6;

  const sdk::Host host_;
  const std::string per_;
  const double per_second_;
  const double burst_;
  std::mutex mutex_;
  Buckets buckets_;  // most recently used first
  std::unordered_map<std::string_view, Buckets::iterator> index_;
};

}  // namespace

CLAIF_PLUGIN(RateLimit, "claif.hook.rate-limit", "0.1.0");

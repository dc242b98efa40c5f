// Counts how often an instance misbehaved, and quarantines it (reliability.md 6.7).
#pragma once

#include "base/clock.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace claif::plugin {

// Thread-safe. 3 faults within 60 s quarantine the instance until it is swapped.
class Faults {
 public:
  using Listener = std::function<void(std::string_view what, bool quarantined)>;
  Faults(const Clock& clock, Listener listener) : clock_(clock), listener_(std::move(listener)) {}

  void report(std::string_view what);
  bool quarantined() const { return quarantined_.load(std::memory_order_relaxed); }
  uint64_t total() const { return total_.load(std::memory_order_relaxed); }
  std::string last() const;  // what the last fault was; empty: none

 private:
  static constexpr size_t kLimit = 3;
  static constexpr Nanos kWindow = std::chrono::seconds(60);

  const Clock& clock_;
  Listener listener_;
  std::atomic<bool> quarantined_{false};
  std::atomic<uint64_t> total_{0};
  mutable std::mutex mutex_;
  std::array<Nanos, kLimit> recent_{};  // ring, by total_
  std::string last_;
};

}  // namespace claif::plugin

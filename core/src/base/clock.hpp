// Time as a dependency, so that tests can own it.
#pragma once

#include <chrono>
#include <cstdint>
#include <time.h>

namespace claif {

using Nanos = std::chrono::nanoseconds;
using Millis = std::chrono::milliseconds;

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Nanos now() const = 0;        // never steps back
  virtual int64_t wall_ms() const = 0;  // since 1970, UTC; may step
  virtual Nanos coarse() const {
    return now();
  }  // as now, some milliseconds late, five times cheaper
};

class SystemClock final : public Clock {
 public:
  Nanos now() const override { return read(CLOCK_MONOTONIC); }
  Nanos coarse() const override { return read(CLOCK_MONOTONIC_COARSE); }
  int64_t wall_ms() const override {
    return std::chrono::duration_cast<Millis>(read(CLOCK_REALTIME)).count();
  }

 private:
  static Nanos read(clockid_t id) {
    timespec ts{};
    clock_gettime(id, &ts);
    return std::chrono::seconds(ts.tv_sec) + Nanos(ts.tv_nsec);
  }
};

}  // namespace claif

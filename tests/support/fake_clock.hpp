// Time that stands still until a test moves it.
#pragma once

#include "base/clock.hpp"

#include <atomic>

namespace claif::test {

// Thread-safe.
class FakeClock final : public Clock {
 public:
  Nanos now() const override { return Nanos(now_.load()); }
  int64_t wall_ms() const override { return 1'700'000'000'000 + now_.load() / 1'000'000; }
  void advance(Nanos by) { now_ += by.count(); }

 private:
  std::atomic<int64_t> now_{1'000'000'000};
};

}  // namespace claif::test

// The clock that the fake upstream stamps its events with and the load generator reads them by.
#pragma once

#include <cstdint>
#include <time.h>

namespace claif::bench {

inline constexpr std::int64_t kNsPerSecond = 1'000'000'000;

// Nanoseconds of CLOCK_MONOTONIC, which all processes of one machine share.
inline std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * kNsPerSecond + now.tv_nsec;
}

inline timespec to_timespec(std::int64_t ns) {
  return timespec{.tv_sec = ns / kNsPerSecond, .tv_nsec = ns % kNsPerSecond};
}

}  // namespace claif::bench

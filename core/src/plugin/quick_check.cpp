#include "plugin/quick_check.hpp"

#include <ctime>
#include <string>

#include <sys/resource.h>

namespace claif::plugin {
namespace {

constexpr int64_t kLimitNs = 1'000'000;

int64_t cpu_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

// How often this thread gave up the processor because it had to wait.
long waits() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

}  // namespace

void QuickCheck::begin(Instance& instance, std::string_view what) {
  instance.hold();
  began_.emplace(Began{instance, what, 0, waits()});
  began_->cpu_ns = cpu_ns();
}

void QuickCheck::end() {
  const int64_t used = cpu_ns() - began_->cpu_ns;
  Instance& instance = began_->instance;
  if (waits() != began_->waits)
    instance.report_slow(began_->what, "blocked the event loop");
  else if (used > kLimitNs)
    instance.report_slow(began_->what,
                         "kept the event loop for " + std::to_string(used / 1000) + " us");
  instance.release();
}

}  // namespace claif::plugin

#include "plugin/faults.hpp"

namespace claif::plugin {

void Faults::report(std::string_view what) {
  bool now_quarantined = false;
  {
    const std::lock_guard lock(mutex_);
    const Nanos now = clock_.now();
    const uint64_t n = total_.fetch_add(1, std::memory_order_relaxed);
    recent_[n % kLimit] = now;
    last_ = what;
    const Nanos oldest = recent_[(n + 1) % kLimit];  // of the last kLimit faults
    now_quarantined = n + 1 >= kLimit && now - oldest <= kWindow &&
                      !quarantined_.exchange(true, std::memory_order_relaxed);
  }
  if (listener_) listener_(what, now_quarantined);
}

std::string Faults::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

}  // namespace claif::plugin

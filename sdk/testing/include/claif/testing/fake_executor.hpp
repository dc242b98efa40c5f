// A clock that a test moves, and the timers and tasks that hang on it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

namespace claif::testing {

// Nothing runs by itself: timers run inside advance, posted tasks inside post, or, after
// hold_posts, inside run_posts. [any]
class FakeExecutor {
 public:
  using Task = void (*)(void*);

  uint64_t mono_ns() const {
    const std::lock_guard lock(mutex_);
    return now_ns_;
  }
  int64_t wall_ms() const {
    const std::lock_guard lock(mutex_);
    return wall_base_ms_ + static_cast<int64_t>(now_ns_ / 1'000'000);
  }

  // Moves the clock and runs each timer that comes due at its own time, in order.
  void advance(std::chrono::nanoseconds by) {
    std::unique_lock lock(mutex_);
    const uint64_t end = now_ns_ + static_cast<uint64_t>(by.count());
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
      const auto [key, call] = *timers_.begin();
      timers_.erase(timers_.begin());
      now_ns_ = std::max(now_ns_, key.first);
      lock.unlock();
      call.first(call.second);
      lock.lock();
    }
    now_ns_ = end;
  }
  size_t timers() const {
    const std::lock_guard lock(mutex_);
    return timers_.size();
  }

  uint64_t after(uint64_t delay_ms, Task task, void* ctx) {
    const std::lock_guard lock(mutex_);
    timers_.emplace(std::pair{now_ns_ + delay_ms * 1'000'000, ++last_timer_}, std::pair{task, ctx});
    return last_timer_;
  }
  bool cancel(uint64_t timer) {
    const std::lock_guard lock(mutex_);
    for (auto it = timers_.begin(); it != timers_.end(); ++it) {
      if (it->first.second != timer) continue;
      timers_.erase(it);
      return true;
    }
    return false;
  }

  void hold_posts() {
    const std::lock_guard lock(mutex_);
    hold_posts_ = true;
  }
  void refuse_posts() {
    const std::lock_guard lock(mutex_);
    refuse_posts_ = true;
  }
  void run_posts() {
    std::unique_lock lock(mutex_);
    while (!posts_.empty()) {
      const auto [task, ctx] = posts_.front();
      posts_.pop_front();
      lock.unlock();
      task(ctx);
      lock.lock();
    }
  }
  bool post(Task task, void* ctx) {
    {
      const std::lock_guard lock(mutex_);
      if (refuse_posts_) return false;
      if (hold_posts_) {
        posts_.emplace_back(task, ctx);
        return true;
      }
    }
    task(ctx);
    return true;
  }

 private:
  mutable std::mutex mutex_;
  uint64_t now_ns_ = 1'000'000'000;
  int64_t wall_base_ms_ = 1'700'000'000'000;
  uint64_t last_timer_ = 0;
  bool hold_posts_ = false, refuse_posts_ = false;
  std::map<std::pair<uint64_t, uint64_t>, std::pair<Task, void*>> timers_;  // by due time, then id
  std::deque<std::pair<Task, void*>> posts_;
};

}  // namespace claif::testing

// An event loop and a clock that the test drives itself.
#pragma once

#include "base/loop.hpp"
#include "base/task.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

namespace claif::test {

class ManualClock final : public Clock {
 public:
  Nanos now() const override { return Nanos(now_.load()); }
  int64_t wall_ms() const override { return std::chrono::duration_cast<Millis>(now()).count(); }
  void advance(Nanos by) { now_.fetch_add(by.count()); }

 private:
  std::atomic<int64_t> now_{std::chrono::nanoseconds(std::chrono::hours(1)).count()};
};

// The thread that makes it is its thread.
class ManualLoop final : public Loop {
 public:
  explicit ManualLoop(ManualClock& clock) : clock_(clock), outer_(std::exchange(current_, this)) {}
  ~ManualLoop() override { current_ = outer_; }

  void post(std::function<void()> task) override {
    {
      const std::lock_guard lock(mutex_);
      posted_.push_back(std::move(task));
    }
    wake_.notify_one();
  }
  void ready(std::coroutine_handle<> waiter) override { ready_.push_back(waiter); }
  bool in_thread() const override { return Loop::current() == this; }
  TimerId after(Millis delay, std::function<void()> task) override {
    timers_.emplace(std::pair(clock_.now() + delay, ++last_timer_), std::move(task));
    return last_timer_;
  }
  void cancel(TimerId timer) override {
    std::erase_if(timers_, [timer](const auto& t) { return t.first.second == timer; });
  }
  const Clock& clock() const override { return clock_; }
  size_t timers() const { return timers_.size(); }

  // Runs what is there.
  void settle() {
    while (run_one()) {
    }
  }
  // Runs until `done`, waiting for other threads; throws after ten seconds of real time.
  void run_until(const std::function<bool()>& done) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    for (;;) {
      settle();
      if (done()) return;
      std::unique_lock lock(mutex_);
      if (!wake_.wait_until(lock, patience, [this] { return !posted_.empty(); }))
        throw std::runtime_error("nothing happened for 10 s");
    }
  }
  // Moves the clock, timer by timer.
  void advance(Millis by) {
    settle();
    const Nanos until = clock_.now() + by;
    while (!timers_.empty() && timers_.begin()->first.first <= until) {
      auto node = timers_.extract(timers_.begin());
      clock_.advance(std::max(node.key().first - clock_.now(), Nanos(0)));
      node.mapped()();
      settle();
    }
    clock_.advance(until - clock_.now());
  }

  // Runs `task` to its end.
  template <class T>
  T run(Task<T> task) {
    auto running = start(std::move(task));
    run_until([&] { return running->has_value(); });
    return std::move(**running);
  }
  // Begins `task`; its value appears in what is returned.
  template <class T>
  std::shared_ptr<std::optional<T>> start(Task<T> task) {
    auto out = std::make_shared<std::optional<T>>();
    spawn(store(std::move(task), out));
    settle();
    return out;
  }

 private:
  template <class T>
  static Task<void> store(Task<T> task, std::shared_ptr<std::optional<T>> out) {
    T value = co_await std::move(task);
    out->emplace(std::move(value));
  }
  bool run_one() {
    if (!ready_.empty()) {
      const auto waiter = ready_.front();
      ready_.pop_front();
      waiter.resume();
      return true;
    }
    std::function<void()> task;
    {
      const std::lock_guard lock(mutex_);
      if (posted_.empty()) return false;
      task = std::move(posted_.front());
      posted_.pop_front();
    }
    task();
    return true;
  }

  ManualClock& clock_;
  Loop* outer_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> posted_;
  std::deque<std::coroutine_handle<>> ready_;
  std::map<std::pair<Nanos, TimerId>, std::function<void()>> timers_;
  TimerId last_timer_ = 0;
};

}  // namespace claif::test

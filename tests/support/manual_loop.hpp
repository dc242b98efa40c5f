// A Loop without an event loop: a test says when it goes on, and what time it is.
#pragma once

#include "base/loop.hpp"
#include "base/task.hpp"
#include "support/fake_clock.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace claif::test {

// The thread that makes it is the loop's thread.
class ManualLoop final : public Loop {
 public:
  explicit ManualLoop(FakeClock& clock) : clock_(clock), outer_(std::exchange(current_, this)) {}
  ~ManualLoop() override { current_ = outer_; }

  void post(std::function<void()> task) override {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
    arrived_.notify_all();
  }
  void ready(std::coroutine_handle<> waiter) override { ready_.push_back(waiter); }
  bool in_thread() const override { return current_ == this; }
  TimerId after(Millis delay, std::function<void()> task) override {
    timers_.emplace(std::pair(clock_.now() + delay, ++last_timer_), std::move(task));
    return last_timer_;
  }
  void cancel(TimerId timer) override {
    std::erase_if(timers_, [timer](const auto& entry) { return entry.first.second == timer; });
  }
  const Clock& clock() const override { return clock_; }

  // Runs everything that can run without time passing.
  void settle() {
    while (step()) {
    }
  }
  // Lets time pass, timer by timer.
  void advance(Nanos by) {
    const Nanos until = clock_.now() + by;
    settle();
    while (!timers_.empty() && timers_.begin()->first.first <= until) {
      auto node = timers_.extract(timers_.begin());
      clock_.advance(std::max(node.key().first - clock_.now(), Nanos(0)));
      node.mapped()();
      settle();
    }
    clock_.advance(until - clock_.now());
    settle();
  }
  // Runs until `done`, waiting for other threads; throws after ten seconds of real time.
  void run_until(const std::function<bool()>& done) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    for (;;) {
      settle();
      if (done()) return;
      std::unique_lock lock(mutex_);
      if (!arrived_.wait_until(lock, patience, [this] { return !posted_.empty(); }))
        throw std::runtime_error("nothing happened for 10 s");
    }
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
  size_t timers() const { return timers_.size(); }

 private:
  template <class T>
  static Task<void> store(Task<T> task, std::shared_ptr<std::optional<T>> out) {
    T value = co_await std::move(task);
    out->emplace(std::move(value));
  }
  bool step() {
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

  FakeClock& clock_;
  Loop* outer_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> posted_;
  std::deque<std::coroutine_handle<>> ready_;
  std::map<std::pair<Nanos, TimerId>, std::function<void()>> timers_;
  TimerId last_timer_ = 0;
};

}  // namespace claif::test

// The event loop as the pipeline sees it: one thread, timers, and a queue of coroutines to resume.
#pragma once

#include "base/clock.hpp"

#include <coroutine>
#include <functional>
#include <optional>
#include <utility>

namespace claif {

using TimerId = uint64_t;  // never 0, never reused in a loop

class Loop {
 public:
  virtual ~Loop() = default;

  // Runs `task` on the loop's thread, soon. [any]
  virtual void post(std::function<void()> task) = 0;
  // Resumes `waiter` once the current callback has returned, so never inside the code that
  // completes an operation. Loop thread only.
  virtual void ready(std::coroutine_handle<> waiter) = 0;
  virtual bool in_thread() const = 0;  // [any]
  // Runs `task` after at least `delay`. Loop thread only.
  virtual TimerId after(Millis delay, std::function<void()> task) = 0;
  virtual void cancel(TimerId timer) = 0;  // Loop thread only; an ended timer is ignored.
  virtual const Clock& clock() const = 0;

  // The loop whose thread this is, or null. [any]
  static Loop* current() { return current_; }

 protected:
  static inline thread_local Loop* current_ = nullptr;  // NOLINT(readability-identifier-naming)
};

// A value that arrives once. One coroutine may wait for it; the first set wins. Loop thread only.
template <class T>
class Arrival {
 public:
  explicit Arrival(Loop& loop) : loop_(&loop) {}
  Arrival(const Arrival&) = delete;
  Arrival& operator=(const Arrival&) = delete;

  bool set(T value) {
    if (value_) return false;
    value_.emplace(std::move(value));
    if (auto waiter = std::exchange(waiter_, nullptr)) loop_->ready(waiter);
    return true;
  }
  bool has() const { return value_.has_value(); }

  auto operator co_await() noexcept {
    struct Awaiter {
      Arrival* self;
      bool await_ready() const noexcept { return self->value_.has_value(); }
      void await_suspend(std::coroutine_handle<> waiter) noexcept { self->waiter_ = waiter; }
      T await_resume() { return std::move(*self->value_); }
    };
    return Awaiter{this};
  }

 private:
  Loop* loop_;
  std::optional<T> value_;
  std::coroutine_handle<> waiter_;
};

}  // namespace claif

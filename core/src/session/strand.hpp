// A queue for what must happen one after the other, whichever loop it happens on.
#pragma once

#include "base/loop.hpp"
#include "base/task.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <utility>

namespace claif::session {

// Thread-safe. It must outlive who holds it or waits.
class Strand {
 public:
  // The right to go on, until it ends. Movable; may end on any thread.
  class Hold {
   public:
    Hold() = default;
    explicit Hold(Strand& strand) : strand_(&strand) {}
    Hold(Hold&& other) noexcept : strand_(std::exchange(other.strand_, nullptr)) {}
    Hold& operator=(Hold&& other) noexcept {
      std::swap(strand_, other.strand_);
      return *this;
    }
    ~Hold() {
      if (strand_ != nullptr) strand_->leave();
    }
    explicit operator bool() const { return strand_ != nullptr; }

   private:
    Strand* strand_ = nullptr;
  };

  // Waits for its turn, in the order of the calls; an empty Hold when `patience` ended first.
  // Called and resumed on the thread of `loop`.
  Task<Hold> enter(Loop& loop, Millis patience) {
    const auto waiter = std::make_shared<Waiter>(loop);
    {
      const std::lock_guard lock(mutex_);
      if (!busy_) {
        busy_ = true;
        co_return Hold(*this);
      }
      waiting_.push_back(waiter);
    }
    const TimerId timer = loop.after(patience, [this, waiter] {
      const std::lock_guard lock(mutex_);
      if (std::erase(waiting_, waiter) > 0) waiter->arrival.set(false);
    });
    const bool granted = co_await waiter->arrival;
    loop.cancel(timer);
    co_return granted ? Hold(*this) : Hold();
  }

 private:
  struct Waiter {
    explicit Waiter(Loop& on) : loop(on), arrival(on) {}
    Loop& loop;
    Arrival<bool> arrival;
  };

  void leave() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      busy_ = false;
      return;
    }
    const std::shared_ptr<Waiter> next = waiting_.front();
    waiting_.pop_front();
    next->loop.post([next] { next->arrival.set(true); });
  }

  std::mutex mutex_;
  bool busy_ = false;
  std::deque<std::shared_ptr<Waiter>> waiting_;
};

}  // namespace claif::session

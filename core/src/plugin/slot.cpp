#include "plugin/slot.hpp"

#include <array>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <unistd.h>

#include <linux/membarrier.h>
#include <sys/syscall.h>

namespace claif::plugin {
namespace {

constexpr size_t kDepth = 8;

// What one thread shows of its pins. Nodes are never freed, only reused by later threads, so that a
// swap may walk the list without a lock.
struct ThreadPins {
  std::array<std::atomic<Instance*>, kDepth> shown{};
  std::atomic<bool> taken{false};
  ThreadPins* next = nullptr;
  size_t depth = 0;
};

std::atomic<ThreadPins*> all_pins{nullptr};

ThreadPins* take_pins() {
  for (ThreadPins* p = all_pins.load(std::memory_order_acquire); p != nullptr; p = p->next) {
    bool expected = false;
    if (p->taken.compare_exchange_strong(expected, true, std::memory_order_acq_rel)) return p;
  }
  auto* const fresh = new ThreadPins;  // lives as long as the process, reachable from all_pins
  fresh->taken.store(true, std::memory_order_relaxed);
  fresh->next = all_pins.load(std::memory_order_relaxed);
  while (!all_pins.compare_exchange_weak(fresh->next, fresh, std::memory_order_release,
                                         std::memory_order_relaxed)) {
  }
  return fresh;
}

struct PinsOfThread {
  ThreadPins* pins = take_pins();
  ~PinsOfThread() { pins->taken.store(false, std::memory_order_release); }
};

ThreadPins& pins_of_thread() {
  thread_local PinsOfThread mine;
  return *mine.pins;
}

long membarrier(int command) {
  return ::syscall(SYS_membarrier, command, 0, 0);
}

// Without the system call, each pin pays for its own barrier.
bool register_membarrier() {
  return membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
}
const bool kHasMembarrier = register_membarrier();

void barrier_for_all_threads() {
  if (kHasMembarrier) membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

bool is_shown(const Instance* instance) {
  for (const ThreadPins* p = all_pins.load(std::memory_order_acquire); p != nullptr; p = p->next)
    for (const auto& shown : p->shown)
      if (shown.load(std::memory_order_seq_cst) == instance) return true;
  return false;
}

bool is_used(const Instance* instance) {
  return is_shown(instance) || instance->in_flight() != 0;
}

}  // namespace

Pin::Pin(const Slot& slot) {
  ThreadPins& pins = pins_of_thread();
  if (pins.depth == kDepth) std::abort();  // plugins calling plugins without end: a bug of the host
  shown_ = &pins.shown[pins.depth++];
  for (;;) {
    instance_ = slot.current_.load(std::memory_order_acquire);
    if (kHasMembarrier)
      shown_->store(instance_, std::memory_order_release);
    else
      shown_->store(instance_, std::memory_order_seq_cst);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (slot.current_.load(std::memory_order_seq_cst) == instance_) return;
  }
}

Pin::~Pin() {
  shown_->store(nullptr, std::memory_order_release);
  --pins_of_thread().depth;
}

Slot::Slot(std::string name, std::unique_ptr<Instance> first)
    : name_(std::move(name)), current_(first.release()) {}

Slot::~Slot() {
  if (const auto swapped = swap(nullptr); !swapped) {
    // An operation was never finished: its plugin may still write through it, so the instance
    // stays.
    for (auto& instance : parked_)
      static_cast<void>(instance.release());
  }
}

Result<void> Slot::swap(std::unique_ptr<Instance> next, std::chrono::milliseconds patience) {
  std::erase_if(parked_, [](const auto& instance) { return !is_used(instance.get()); });
  std::unique_ptr<Instance> old(current_.exchange(next.release(), std::memory_order_seq_cst));
  if (!old) return {};
  barrier_for_all_threads();
  old->retire();
  const auto until = std::chrono::steady_clock::now() + patience;
  while (is_used(old.get())) {
    if (std::chrono::steady_clock::now() >= until) {
      const std::string id = old->id();
      const uint32_t left = old->in_flight();
      parked_.push_back(std::move(old));
      return fail(Errc::timeout, "'" + id + "' was swapped out, but " + std::to_string(left) +
                                     " of its operations did not finish in time; it stays loaded");
    }
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return {};
}

}  // namespace claif::plugin

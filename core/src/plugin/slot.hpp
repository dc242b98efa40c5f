// A place in the configuration that one plugin instance fills, exchangeable while calls are in
// flight.
//
// A call pins the instance: it writes the pointer to a slot of its own thread with a plain store,
// and looks whether it is still the current one. Whoever swaps exchanges the pointer, makes every
// running thread pass a barrier (membarrier), and then waits until no thread shows the old pointer
// and no operation holds it. So a call costs two loads and a store; all the synchronisation is paid
// by the swap. (abi.md 3.2, 3.3)
#pragma once

#include "plugin/instance.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace claif::plugin {

class Slot;

// Keeps the current instance of a slot alive for one synchronous call. Pins nest up to 8 deep in a
// thread.
class Pin {
 public:
  explicit Pin(const Slot& slot);
  ~Pin();
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;
  Instance* get() const { return instance_; }  // null: the slot is empty
  Instance* operator->() const { return instance_; }
  explicit operator bool() const { return instance_ != nullptr; }

 private:
  std::atomic<Instance*>* shown_;
  Instance* instance_;
};

class Slot {
 public:
  explicit Slot(std::string name, std::unique_ptr<Instance> first = nullptr);
  ~Slot();

  const std::string& name() const { return name_; }  // where in the configuration, e.g. "cache"

  // Puts `next` in place and destroys the old instance once it is unused. timeout when operations
  // still hold it after `patience`: it is parked then, destroyed by a later swap or never, and the
  // swap has happened. One swap at a time; not from a thread that pins, nor from a loop that the
  // operations need. [any]
  Result<void> swap(std::unique_ptr<Instance> next,
                    std::chrono::milliseconds patience = std::chrono::seconds(5));

 private:
  friend class Pin;
  std::string name_;
  std::atomic<Instance*> current_{nullptr};
  std::vector<std::unique_ptr<Instance>> parked_;
};

}  // namespace claif::plugin

// Observers get what happens from a bounded queue, in batches, on a thread of their own. A slow
// observer costs events, which are counted, and never a request's time.
#pragma once

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/metrics.hpp"
#include "plugin/slot.hpp"

#include <claif/abi/observer.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace claif::bus {

struct Observation {
  uint32_t kind;         // CLAIF_EV_*
  uint64_t request = 0;  // number of the request
  int64_t value = 0;
  std::string_view session, name, body;
};

// Thread-safe. The slots must outlive it.
class ObserverQueue {
 public:
  ObserverQueue(const Clock& clock, Metrics& metrics, std::vector<plugin::Slot*> observers);
  ~ObserverQueue();  // delivers what is queued

  bool wants(uint32_t kind) const;  // asks the observers of now: a swap may change them
  // Copies and returns at once.
  void publish(const Observation& observation);
  // Returns when all that was published before has been delivered. May block.
  void flush();
  uint64_t dropped() const;

 private:
  struct Stored {
    uint32_t kind;
    uint64_t mono_ns, request;
    int64_t value;
    size_t text, session_size, name_size, body_size;  // in texts_, one behind the other
  };
  struct Queue {
    std::vector<Stored> events;
    std::string texts;
  };
  void work();
  void deliver(const Queue& batch);

  const Clock& clock_;
  Metrics& metrics_;
  uint32_t dropped_metric_ = 0;
  const std::vector<plugin::Slot*> observers_;
  mutable std::mutex mutex_;
  std::condition_variable wake_, delivered_;
  Queue queue_;
  bool sleeping_ = false, stopping_ = false, hurry_ = false;
  uint64_t published_ = 0, done_ = 0, dropped_ = 0, reported_ = 0;
  std::thread thread_;
};

}  // namespace claif::bus

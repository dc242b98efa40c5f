// Single flight: equal requests that are under way at the same time share one request to Claude.
//
// A flight carries what the transport emits, so each of those who share it approves, filters and
// stores for itself. It belongs to none of them: it ends early only when the last one left.
#pragma once

#include "base/loop.hpp"
#include "base/task.hpp"
#include "plugin/transport_call.hpp"

#include <claif/abi/transport.h>

#include <coroutine>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace claif::cache {

class Flights;

// Made by Flights. Everything but the request itself is for any thread.
class Flight : public std::enable_shared_from_this<Flight> {
 public:
  Flight(Flights& flights, std::string key, Loop& loop);
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

  // True for one caller: who is to store the answer.
  bool claim();
  // Requests that come from now on do not share this flight. `stored`: they find its answer in the
  // cache.
  void retire(bool stored);

 private:
  friend class Flights;
  friend class FlightReader;

  struct Waiter {
    Loop& loop;
    std::coroutine_handle<> handle;  // null: it left. Of the loop's thread
  };
  struct Ending {
    claif_status status;
    std::string error;
    uint32_t retry_after_ms;
  };
  enum class Wait { ready, waits };

  static Task<void> run(std::shared_ptr<Flight> self,
                        plugin::CallSite site,
                        Millis deadline,
                        claif_request request);
  bool join();  // false: too much of it is over
  void leave();
  Wait wait(size_t at, const std::shared_ptr<Waiter>& waiter);
  bool take(size_t at, plugin::Batch& batch);
  void append(const plugin::Batch& batch);
  void end(const plugin::OpResult& result);
  void wake_readers(std::vector<std::shared_ptr<Waiter>> waiters);
  void wake_pump();

  Flights& flights_;
  const std::string key_;
  Loop& loop_;  // of whoever began it

  // Of loop_'s thread.
  plugin::TransportCall* call_ = nullptr;
  std::coroutine_handle<> pump_;  // while nobody asks for more

  std::mutex mutex_;
  std::deque<std::shared_ptr<const plugin::Batch>> batches_;
  size_t dropped_ = 0;  // batches before the first
  size_t bytes_ = 0;    // of batches_
  unsigned readers_ = 0;
  bool wanted_ = false;  // a reader is at the end
  bool claimed_ = false, retired_ = false;
  std::vector<std::shared_ptr<Waiter>> waiters_;
  std::optional<Ending> ending_;
};

// One request's part in a flight: from its first byte on, at its own pace. Lives in the coroutine
// that reads it; loop thread only. The interface is that of TransportCall.
class FlightReader {
 public:
  FlightReader(std::shared_ptr<Flight> flight, Loop& loop);
  ~FlightReader();
  FlightReader(const FlightReader&) = delete;
  FlightReader& operator=(const FlightReader&) = delete;

  void cancel();
  struct Next {
    FlightReader& reader;
    plugin::Batch& batch;
    bool await_ready() const noexcept { return reader.cancelled_; }
    bool await_suspend(std::coroutine_handle<> waiter);
    bool await_resume();
  };
  Next next(plugin::Batch& batch) { return {*this, batch}; }
  const plugin::OpResult& result() const { return *result_; }
  const std::shared_ptr<Flight>& flight() const { return flight_; }

 private:
  std::shared_ptr<Flight> flight_;
  std::shared_ptr<Flight::Waiter> waiter_;
  size_t at_ = 0;
  bool cancelled_ = false, left_ = false;
  std::optional<plugin::OpResult> result_;
};

// The flights of an engine. [any]
class Flights {
 public:
  // To be taken before a look into the cache, for join.
  uint64_t ticket() const;
  // Takes part in the flight of `key`, or begins one, with a request of the calling loop. `request`
  // must live until this returns. Null: an answer was stored since `ticket`, so that a look into
  // the cache that found nothing is out of date.
  std::shared_ptr<Flight> join(const std::string& key,
                               uint64_t ticket,
                               plugin::CallSite site,
                               Millis deadline,
                               const claif_request& request);
  size_t size() const;

 private:
  friend class Flight;
  struct Stored {
    std::string key;
    uint64_t ticket;  // those before it are out of date
  };
  void remove(const std::string& key, const Flight* flight, bool stored);

  mutable std::mutex mutex_;
  std::map<std::string, std::weak_ptr<Flight>> by_key_;
  uint64_t ticket_ = 0;
  std::deque<Stored> stored_;  // the newest last
};

}  // namespace claif::cache

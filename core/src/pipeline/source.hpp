// Where the events of an attempt come from: a request of its own, or one that it shares.
#pragma once

#include "cache/flight.hpp"
#include "plugin/transport_call.hpp"

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace claif::pipeline {

// Lives in the coroutine of the attempt. Begin it by one of the two starts.
class Source {
 public:
  Source(plugin::CallSite site, Millis deadline) : site_(site), deadline_(deadline) {}

  void start(const claif_request& request) {
    call_.emplace(site_, deadline_);
    call_->start(request);
  }
  // With all who ask for the same at this time. False, and nothing began: see Flights::join.
  bool share(cache::Flights& flights,
             const std::string& key,
             uint64_t ticket,
             const claif_request& request) {
    auto flight = flights.join(key, ticket, site_, deadline_, request);
    if (flight) shared_.emplace(std::move(flight), site_.ops.loop());
    return shared_.has_value();
  }

  void cancel() {
    if (shared_)
      shared_->cancel();
    else
      call_->cancel();
  }
  // As TransportCall::next.
  struct Next {
    std::optional<plugin::TransportCall::Next> own;
    std::optional<cache::FlightReader::Next> shared;
    bool await_ready() const noexcept {
      return shared ? shared->await_ready() : own->await_ready();
    }
    bool await_suspend(std::coroutine_handle<> waiter) {
      if (shared) return shared->await_suspend(waiter);
      own->await_suspend(waiter);
      return true;
    }
    bool await_resume() { return shared ? shared->await_resume() : own->await_resume(); }
  };
  Next next(plugin::Batch& batch) {
    Next out;
    if (shared_)
      out.shared.emplace(shared_->next(batch));
    else
      out.own.emplace(call_->next(batch));
    return out;
  }
  const plugin::OpResult& result() const { return shared_ ? shared_->result() : call_->result(); }
  // Null: the request is its own.
  std::shared_ptr<cache::Flight> flight() const { return shared_ ? shared_->flight() : nullptr; }

 private:
  plugin::CallSite site_;
  Millis deadline_;
  std::optional<plugin::TransportCall> call_;
  std::optional<cache::FlightReader> shared_;
};

}  // namespace claif::pipeline

// One request to Claude through a transport plugin: its events, with backpressure, deadline and
// cancel.
#pragma once

#include "plugin/call.hpp"

#include <claif/abi/transport.h>
#include <claif/result.hpp>

#include <coroutine>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claif::plugin {

// What arrived together: the bytes of all items in one buffer.
class Batch {
 public:
  struct Item {
    uint32_t kind;
    size_t offset, size;
  };
  void add(uint32_t kind, std::string_view bytes) {
    items_.push_back({kind, bytes_.size(), bytes.size()});
    bytes_ += bytes;
  }
  const std::vector<Item>& items() const { return items_; }
  std::string_view bytes(const Item& item) const {
    return std::string_view(bytes_).substr(item.offset, item.size);
  }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return items_.empty(); }
  void clear() {
    items_.clear();
    bytes_.clear();
  }
  void swap(Batch& other) noexcept {
    items_.swap(other.items_);
    bytes_.swap(other.bytes_);
  }

 private:
  std::vector<Item> items_;
  std::string bytes_;
};

// Loop thread only. Lives in the coroutine that reads it; ending it early cancels the request.
class TransportCall final : public OpClient {
 public:
  TransportCall(CallSite site, Millis deadline);
  ~TransportCall();
  TransportCall(const TransportCall&) = delete;
  TransportCall& operator=(const TransportCall&) = delete;

  // Begins. What it refers to must live until start returns.
  void start(const claif_request& request);
  // Ends the request soon: next() returns what is there, then the end with E_CANCELLED.
  void cancel();

  // Waits for items or the end, then swaps what arrived into `batch`. False: nothing more comes;
  // result() tells how it ended.
  struct Next {
    TransportCall& call;
    Batch& batch;
    bool await_ready() const noexcept {
      return !call.incoming_.empty() || call.result_.has_value();
    }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { call.waiter_ = waiter; }
    bool await_resume() { return call.take(batch); }
  };
  Next next(Batch& batch) { return {*this, batch}; }
  const OpResult& result() const { return *result_; }

  bool on_emit(uint32_t kind, std::string_view item) override;
  void on_finish(OpResult result) override;

 private:
  bool take(Batch& batch);
  void wake();
  template <class Call>
  void with_table(Call call);

  CallSite site_;
  Millis deadline_;
  Instance* instance_ = nullptr;
  Op* op_ = nullptr;
  uint64_t id_ = 0;
  TimerId timer_ = 0;
  Batch incoming_;
  bool full_ = false;
  std::optional<OpResult> result_;
  std::coroutine_handle<> waiter_;
};

}  // namespace claif::plugin

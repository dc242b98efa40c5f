// One call into the plugin of a slot, as something to await: pinned while it runs, bounded by a
// deadline, made on the blocking pool when the plugin says that it may block.
#pragma once

#include "base/blocking_pool.hpp"
#include "base/task.hpp"
#include "plugin/op.hpp"
#include "plugin/quick_check.hpp"
#include "plugin/slot.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claif::plugin {

struct CallSite {
  Slot& slot;
  OpPool& ops;  // of the calling loop
  BlockingPool& pool;
};

using Items = std::vector<std::pair<uint32_t, std::string>>;  // what was emitted: kind, bytes

// Waits for one operation. Loop thread only; lives in the awaiting coroutine.
class PendingCall final : public OpClient {
 public:
  explicit PendingCall(Loop& loop, Items* items = nullptr) : arrival_(loop), items_(items) {}
  ~PendingCall() {
    if (op_ != nullptr) op_->abandon();
  }
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;

  Op& begin(OpPool& ops, Instance& instance, Nanos deadline) {
    instance_ = &instance;
    return *(op_ = &ops.start(*this, instance, deadline));
  }
  bool arrived() const { return arrival_.has(); }
  Arrival<OpResult>& arrival() { return arrival_; }
  // The deadline passed: the host answers itself, and the plugin has one fault more.
  void expire(std::string_view what, Millis deadline) {
    if (op_ == nullptr) return;
    std::exchange(op_, nullptr)->abandon();
    std::string text =
        std::string(what) + " did not finish within " + std::to_string(deadline.count()) + " ms";
    instance_->faults().report(text);
    OpResult late;
    late.status = CLAIF_E_TIMEOUT;
    late.error = std::move(text);
    arrival_.set(std::move(late));
  }

  bool on_emit(uint32_t kind, std::string_view item) override {
    if (items_ != nullptr) items_->emplace_back(kind, std::string(item));
    return true;
  }
  void on_finish(OpResult result) override {
    op_ = nullptr;
    arrival_.set(std::move(result));
  }

 private:
  Arrival<OpResult> arrival_;
  Items* items_;
  Op* op_ = nullptr;
  Instance* instance_ = nullptr;
};

// Why a call cannot be made: empty when it can.
inline std::string refusal(const Pin& pin, const Slot& slot) {
  if (!pin) return "no plugin is configured as " + slot.name();
  if (pin->faults().quarantined())
    return "'" + pin->id() + "' is quarantined: " + pin->faults().last();
  return {};
}

// Makes the call; false with a result in `call` when it could not be made. `invoke(table, self,
// op)` owns what it passes on, because it may run on another thread.
template <class Table, class Invoke>
void make_call(CallSite site, PendingCall& call, Nanos deadline, Invoke invoke) {
  const Pin pin(site.slot);
  OpResult refused;
  refused.status = CLAIF_E_UNAVAILABLE;
  refused.error = refusal(pin, site.slot);
  if (!refused.error.empty()) {
    call.on_finish(std::move(refused));
    return;
  }
  const Table& table = pin->iface<Table>();
  void* const self = pin->self();
  Op& op = call.begin(site.ops, *pin.get(), deadline);
  if ((table.flags & CLAIF_IFACE_BLOCKING) == 0) {
    const QuickCheck check(*pin.get(), site.slot.name());
    return invoke(table, self, &op);
  }
  // Held beyond the finish of `op`: the plugin's code is on that thread's stack until invoke
  // returns.
  Instance* const instance = pin.get();
  instance->hold();
  const auto run = [invoke = std::move(invoke), &table, self, &op, instance] {
    invoke(table, self, &op);
    instance->release();
  };
  if (site.pool.post(run)) return;
  instance->release();
  const claif_error full = {sizeof(claif_error), CLAIF_E_UNAVAILABLE, 0, 0, {}};
  op.finish(&op, CLAIF_E_UNAVAILABLE, nullptr, &full);
}

// What happens when a call fails inside the plugin.
enum class OnInternalError { is_a_fault, is_an_answer };

template <class Table, class Invoke>
Task<OpResult> call_plugin(CallSite site,
                           Millis deadline,
                           std::string_view what,
                           OnInternalError internal,
                           Items* items,
                           Invoke invoke) {
  Loop& loop = site.ops.loop();
  PendingCall call(loop, items);
  make_call<Table>(site, call, loop.clock().now() + deadline, std::move(invoke));
  TimerId timer = 0;
  if (!call.arrived())
    timer = loop.after(deadline, [&call, &what, deadline] { call.expire(what, deadline); });
  OpResult result = co_await call.arrival();
  if (timer != 0) loop.cancel(timer);
  if (internal == OnInternalError::is_a_fault && result.status == CLAIF_E_INTERNAL) {
    const Pin pin(site.slot);
    if (pin) pin->faults().report(std::string(what) + " failed: " + result.error);
  }
  co_return result;
}

}  // namespace claif::plugin

#include "plugin/transport_call.hpp"

#include "base/limits.hpp"
#include "plugin/quick_check.hpp"

namespace claif::plugin {
namespace {

constexpr Millis kCancelPatience{5'000};

}  // namespace

TransportCall::TransportCall(CallSite site, Millis deadline) : site_(site), deadline_(deadline) {}

TransportCall::~TransportCall() {
  if (timer_ != 0) site_.ops.loop().cancel(timer_);
  if (op_ == nullptr) return;
  cancel();
}

void TransportCall::start(const claif_request& request) {
  const Pin pin(site_.slot);
  OpResult refused;
  refused.status = CLAIF_E_UNAVAILABLE;
  refused.error = refusal(pin, site_.slot);
  if (!refused.error.empty()) return on_finish(std::move(refused));
  instance_ = pin.get();
  Loop& loop = site_.ops.loop();
  op_ = &site_.ops.start(*this, *instance_, loop.clock().now() + deadline_);
  id_ = op_->id;
  {
    const QuickCheck check(*instance_, "transport.start");
    instance_->iface<claif_transport_v1>().start(instance_->self(), &request, op_);
  }
  if (op_ == nullptr) return;
  timer_ = loop.after(deadline_, [this] {
    timer_ = 0;
    if (op_ == nullptr) return;
    OpResult late;
    late.status = CLAIF_E_TIMEOUT;
    late.error = "Claude did not answer within " + std::to_string(deadline_.count()) + " ms";
    result_ = std::move(late);  // whatever the plugin makes of the cancel
    // A slow answer is no fault of the plugin; not to end a request that was cancelled is one. The
    // operation keeps its instance while it is not finished, and its memory longer.
    Op* const op = op_;
    site_.ops.loop().after(kCancelPatience, [op, id = id_, instance = instance_] {
      if (op->id == id && !op->finished())
        instance->faults().report("a request went on after its cancel");
    });
    cancel();
  });
}

// The operation holds the instance, so its table may be used without a pin; but it may finish
// inside the call.
template <class Call>
void TransportCall::with_table(Call call) {
  if (op_ == nullptr) return;
  Instance& instance = *instance_;
  instance.hold();
  {
    const QuickCheck check(instance, "transport.resume or cancel");
    call(instance.iface<claif_transport_v1>(), instance.self());
  }
  instance.release();
}

void TransportCall::cancel() {
  if (op_ == nullptr) return;
  op_->lose_interest();
  with_table([this](const claif_transport_v1& table, void* self) { table.cancel(self, id_); });
  if (op_ == nullptr) return;
  std::exchange(op_, nullptr)->abandon();  // the plugin has yet to finish; nobody waits for it
  OpResult cancelled;
  cancelled.status = CLAIF_E_CANCELLED;
  cancelled.error = "the request was cancelled";
  on_finish(std::move(cancelled));
}

bool TransportCall::on_emit(uint32_t kind, std::string_view item) {
  if (result_) return false;
  incoming_.add(kind, item);
  wake();
  full_ = incoming_.size() > limits::kEventQueueBytes;
  return !full_;
}

void TransportCall::on_finish(OpResult result) {
  op_ = nullptr;
  if (!result_) result_ = std::move(result);
  wake();
}

bool TransportCall::take(Batch& batch) {
  batch.clear();
  batch.swap(incoming_);
  if (std::exchange(full_, false) && op_ != nullptr) {
    op_->take_again();
    with_table([this](const claif_transport_v1& table, void* self) { table.resume(self, id_); });
  }
  return !batch.empty();
}

void TransportCall::wake() {
  if (auto waiter = std::exchange(waiter_, nullptr)) site_.ops.loop().ready(waiter);
}

}  // namespace claif::plugin

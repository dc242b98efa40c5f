#include "plugin/op.hpp"

#include "base/ids.hpp"
#include "plugin/instance.hpp"

#include <claif/sdk/text.hpp>

namespace claif::plugin {

void Blob::keep(Instance& instance) {
  instance.hold();
  keeper_ = &instance;
}

Blob::~Blob() {
  if (blob_.release != nullptr) blob_.release(blob_.owner);
  if (keeper_ != nullptr) keeper_->release();
}

Op::Op(OpPool& pool) : claif_op{}, pool_(pool) {
  size = sizeof(claif_op);
  emit = &emit_thunk;
  finish = &finish_thunk;
  cancelled = &cancelled_thunk;
}

void Op::abandon() {
  client_ = nullptr;
  lose_interest();
}

claif_status Op::emit_thunk(claif_op* raw, uint32_t kind, claif_str item) noexcept {
  auto& op = *static_cast<Op*>(raw);
  if (op.cancelled_.load(std::memory_order_relaxed) || op.finished_.load(std::memory_order_relaxed))
    return CLAIF_E_CANCELLED;
  try {
    if (op.pool_.loop_.in_thread() && op.posted_.load(std::memory_order_acquire) == 0) {
      if (op.client_ == nullptr) return CLAIF_E_CANCELLED;
      return op.client_->on_emit(kind, sdk::view(item)) ? CLAIF_OK : CLAIF_AGAIN;
    }
    op.posted_.fetch_add(1, std::memory_order_acq_rel);
    op.pool_.loop_.post([&op, kind, copy = std::string(sdk::view(item))] {
      op.posted_.fetch_sub(1, std::memory_order_acq_rel);
      if (op.client_ != nullptr && !op.client_->on_emit(kind, copy))
        op.full_.store(true, std::memory_order_relaxed);
    });
    return op.full_.load(std::memory_order_relaxed) ? CLAIF_AGAIN : CLAIF_OK;
  } catch (...) {
    return CLAIF_E_INTERNAL;
  }
}

void Op::finish_thunk(claif_op* raw,
                      claif_status status,
                      const claif_blob* value,
                      const claif_error* error) noexcept {
  auto& op = *static_cast<Op*>(raw);
  OpResult result;
  const bool known = status <= CLAIF_OK && status >= CLAIF_E_NOT_FOUND;
  result.status = known ? status : CLAIF_E_INTERNAL;
  result.has_value = value != nullptr;
  if (value != nullptr) result.value = Blob(*value);
  if (error != nullptr && status < 0 && CLAIF_HAS(error, text)) {
    result.error.assign(error->text, std::min<size_t>(error->length, sizeof error->text));
    result.retry_after_ms = error->retry_after_ms;
  }
  if (op.finished_.exchange(true, std::memory_order_acq_rel)) {
    Instance::report(op.generation_.load(std::memory_order_relaxed),
                     "it finished an operation twice");
    return;
  }
  if (result.has_value) result.value.keep(*op.instance_);
  if (op.pool_.loop_.in_thread() && op.posted_.load(std::memory_order_acquire) == 0)
    return op.deliver(std::move(result));
  op.pool_.loop_.post([&op, shared = std::make_shared<OpResult>(std::move(result))] {
    op.deliver(std::move(*shared));
  });
}

int32_t Op::cancelled_thunk(const claif_op* raw) noexcept {
  return static_cast<const Op*>(raw)->cancelled_.load(std::memory_order_relaxed) ? 1 : 0;
}

void Op::deliver(OpResult result) {
  OpClient* const client = std::exchange(client_, nullptr);
  if (client != nullptr) client->on_finish(std::move(result));
  pool_.retire(*this);
}

Op& OpPool::start(OpClient& client, Instance& instance, Nanos deadline) {
  Op* op = nullptr;
  if (resting_.size() > kQuarantine) {
    op = resting_.front();
    resting_.pop_front();
  } else {
    op = &ops_.emplace_back(*this);
  }
  op->flags = 0;
  op->id = next_number();
  op->deadline_ns = static_cast<uint64_t>(deadline.count());
  op->client_ = &client;
  op->instance_ = &instance;
  op->generation_.store(instance.generation(), std::memory_order_relaxed);
  op->cancelled_.store(false, std::memory_order_relaxed);
  op->full_.store(false, std::memory_order_relaxed);
  op->finished_.store(false, std::memory_order_release);
  instance.hold();
  ++in_flight_;
  return *op;
}

void OpPool::retire(Op& op) {
  --in_flight_;
  op.instance_->release();
  op.instance_ = nullptr;
  resting_.push_back(&op);
}

}  // namespace claif::plugin

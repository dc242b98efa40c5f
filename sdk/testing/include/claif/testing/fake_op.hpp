// An operation whose host is the test.
#pragma once

#include <claif/abi/op.h>
#include <claif/sdk/text.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace claif::testing {

struct Emit {
  uint32_t kind = 0;
  std::string item;
  friend bool operator==(const Emit&, const Emit&) = default;
};

// Records what a plugin emits and how it finishes. Must outlive the plugin's use of it. [any]
class FakeOp {
 public:
  explicit FakeOp(uint64_t deadline_ns = 0) {
    raw_.op.size = sizeof raw_.op;
    raw_.op.id = next_id();
    raw_.op.deadline_ns = deadline_ns;
    raw_.op.emit = &FakeOp::emit;
    raw_.op.finish = &FakeOp::finish;
    raw_.op.cancelled = &FakeOp::is_cancelled;
    raw_.owner = this;
  }
  FakeOp(const FakeOp&) = delete;
  FakeOp& operator=(const FakeOp&) = delete;

  claif_op* raw() noexcept { return &raw_.op; }
  uint64_t id() const noexcept { return raw_.op.id; }

  // Script: the answer to the n-th emit, counted from 0; without it every emit is OK.
  void on_emit(std::function<claif_status(size_t n)> answer) { on_emit_ = std::move(answer); }
  // The host has lost interest: cancelled() says so from now on.
  void cancel() noexcept { cancelled_ = true; }

  std::vector<Emit> emits() const { return locked(emits_); }
  // The items of one kind, in order.
  std::vector<std::string> items(uint32_t kind) const {
    std::vector<std::string> out;
    for (Emit& e : emits())
      if (e.kind == kind) out.push_back(std::move(e.item));
    return out;
  }
  bool finished() const { return finish_count() > 0; }
  size_t finish_count() const { return locked(finish_count_); }  // more than 1 is a plugin's bug
  claif_status status() const { return locked(status_); }        // of the first finish
  std::optional<std::string> value() const { return locked(value_); }
  std::string error_text() const { return locked(error_text_); }
  uint32_t retry_after_ms() const { return locked(retry_after_ms_); }

 private:
  struct Raw {
    claif_op op{};
    FakeOp* owner = nullptr;
  };

  static uint64_t next_id() noexcept {
    static std::atomic<uint64_t> last{0};
    return ++last;
  }
  static FakeOp& self(const claif_op* op) noexcept {
    return *reinterpret_cast<const Raw*>(op)->owner;  // op is the first member of Raw
  }
  template <class T>
  T locked(const T& field) const {
    const std::lock_guard lock(mutex_);
    return field;
  }

  static claif_status emit(claif_op* op, uint32_t kind, claif_str item) noexcept {
    FakeOp& me = self(op);
    size_t n = 0;
    {
      const std::lock_guard lock(me.mutex_);
      n = me.emits_.size();
      me.emits_.push_back({kind, std::string(sdk::view(item))});
    }
    return me.on_emit_ ? me.on_emit_(n) : CLAIF_OK;
  }
  static void finish(claif_op* op,
                     claif_status status,
                     const claif_blob* value,
                     const claif_error* error) noexcept {
    FakeOp& me = self(op);
    {
      const std::lock_guard lock(me.mutex_);
      if (me.finish_count_++ == 0) {
        me.status_ = status;
        if (value != nullptr) me.value_.emplace(static_cast<const char*>(value->data), value->size);
        if (status < 0 && error != nullptr) {
          me.error_text_.assign(error->text, error->length);
          me.retry_after_ms_ = error->retry_after_ms;
        }
      }
    }
    if (value != nullptr && value->release != nullptr) value->release(value->owner);
  }
  static int32_t is_cancelled(const claif_op* op) noexcept { return self(op).cancelled_ ? 1 : 0; }

  Raw raw_;
  mutable std::mutex mutex_;
  std::function<claif_status(size_t)> on_emit_;
  std::atomic<bool> cancelled_{false};
  std::vector<Emit> emits_;
  size_t finish_count_ = 0;
  claif_status status_ = CLAIF_PENDING;
  std::optional<std::string> value_;
  std::string error_text_;
  uint32_t retry_after_ms_ = 0;
};

}  // namespace claif::testing

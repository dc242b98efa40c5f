// Operations: what plugins work on asynchronously, owned by the host (abi.md, rule "Ops").
//
// An operation belongs to one loop. Plugins may emit and finish from any thread; the client hears
// of it on the loop's thread, in order. The memory of an operation outlives both sides: it is
// reused only after it was finished, and late, so that a second finish is noticed instead of ending
// somebody else's operation.
#pragma once

#include "base/loop.hpp"

#include <claif/abi/op.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace claif::plugin {

class Instance;

// Bytes from a plugin, released when this ends. Until then they keep the instance whose code
// releases them.
class Blob {
 public:
  Blob() = default;
  explicit Blob(const claif_blob& blob) : blob_(blob) {}
  Blob(Blob&& other) noexcept
      : blob_(std::exchange(other.blob_, claif_blob{})),
        keeper_(std::exchange(other.keeper_, nullptr)) {}
  Blob& operator=(Blob&& other) noexcept {
    std::swap(blob_, other.blob_);
    std::swap(keeper_, other.keeper_);
    return *this;
  }
  ~Blob();
  void keep(Instance& instance);  // which must be held now
  std::string_view view() const {
    return {blob_.size ? static_cast<const char*>(blob_.data) : "", blob_.size};
  }

 private:
  claif_blob blob_{};
  Instance* keeper_ = nullptr;
};

// How an operation ended.
struct OpResult {
  claif_status status = CLAIF_OK;
  bool has_value = false;
  Blob value;
  std::string error;
  uint32_t retry_after_ms = 0;
};

// What hears of an operation. Loop thread only. After on_finish, or abandon, nothing more comes.
class OpClient {
 public:
  // False: no more before the client calls resume on the plugin (backpressure).
  virtual bool on_emit(uint32_t kind, std::string_view item) = 0;
  virtual void on_finish(OpResult result) = 0;

 protected:
  ~OpClient() = default;
};

class OpPool;

// The host's side of a claif_op. Made by OpPool only.
class Op : public claif_op {
 public:
  explicit Op(OpPool& pool);
  // The client wants to hear no more; the plugin still has to finish. Loop thread only.
  void abandon();
  // The client has no use for more items: emits answer E_CANCELLED from now on. [any]
  void lose_interest() { cancelled_.store(true, std::memory_order_relaxed); }
  // The client takes items again. Loop thread only.
  void take_again() { full_.store(false, std::memory_order_relaxed); }
  bool finished() const { return finished_.load(std::memory_order_acquire); }

 private:
  friend class OpPool;
  static claif_status emit_thunk(claif_op* self, uint32_t kind, claif_str item) noexcept;
  static void finish_thunk(claif_op* self,
                           claif_status status,
                           const claif_blob* value,
                           const claif_error* error) noexcept;
  static int32_t cancelled_thunk(const claif_op* self) noexcept;
  void deliver(OpResult result);

  OpPool& pool_;
  OpClient* client_ = nullptr;
  Instance* instance_ = nullptr;
  std::atomic<uint64_t> generation_{0};  // of the instance; known after it is gone
  std::atomic<bool> finished_{true}, cancelled_{false}, full_{false};
  std::atomic<uint32_t> posted_{
      0};  // deliveries on their way to the loop: later ones must queue behind them
};

// The operations of one loop. Loop thread only, but for what the plugins do.
class OpPool {
 public:
  explicit OpPool(Loop& loop) : loop_(loop) {}
  // An operation for a call into `instance`, which is kept until the operation finished. `deadline`
  // 0: none.
  Op& start(OpClient& client, Instance& instance, Nanos deadline = Nanos(0));
  Loop& loop() { return loop_; }
  size_t in_flight() const { return in_flight_; }

 private:
  friend class Op;
  void retire(Op& op);

  static constexpr size_t kQuarantine = 512;  // finished operations that rest before reuse
  Loop& loop_;
  std::deque<Op> ops_;  // stable addresses
  std::deque<Op*> resting_;
  size_t in_flight_ = 0;
};

}  // namespace claif::plugin

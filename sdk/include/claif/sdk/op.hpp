// An operation that a plugin must finish.
#pragma once

#include <claif/abi/op.h>
#include <claif/sdk/text.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace claif::sdk {

// Owns the duty to finish: an Op that is dropped unfinished finishes with an error. Move it to
// where the answer comes from; any thread may finish it. Not copyable, one holder at a time.
class Op {
 public:
  explicit Op(claif_op* op) noexcept : op_(op) {}
  Op(Op&& other) noexcept : op_(std::exchange(other.op_, nullptr)) {}
  Op& operator=(Op&& other) noexcept {
    if (this != &other) {
      drop();
      op_ = std::exchange(other.op_, nullptr);
    }
    return *this;
  }
  ~Op() { drop(); }

  uint64_t id() const noexcept { return op_->id; }
  uint64_t deadline_ns() const noexcept { return op_->deadline_ns; }
  bool cancelled() const noexcept { return op_->cancelled(op_) != 0; }
  explicit operator bool() const noexcept { return op_ != nullptr; }

  // CLAIF_OK, CLAIF_AGAIN (taken; wait for resume) or CLAIF_E_CANCELLED.
  claif_status emit(uint32_t kind, std::string_view item) noexcept {
    return op_->emit(op_, kind, str(item));
  }

  void finish() noexcept { end(CLAIF_OK, nullptr, nullptr); }
  void finish(const claif_blob& value) noexcept { end(CLAIF_OK, &value, nullptr); }
  void finish(std::string value) {
    const claif_blob b = blob(std::move(value));
    end(CLAIF_OK, &b, nullptr);
  }
  void fail(const claif_error& error) noexcept {
    end(error.code < 0 ? error.code : CLAIF_E_INTERNAL, nullptr, &error);
  }
  void fail(claif_status code, std::string_view text, uint32_t retry_after_ms = 0) noexcept {
    fail(make_error(code, text, retry_after_ms));
  }
  // Call inside a catch block.
  void fail_from_current_exception() noexcept {
    claif_error e = make_error(CLAIF_E_INTERNAL, "");
    e.code = fill_from_current_exception(&e);
    fail(e);
  }

 private:
  void end(claif_status status, const claif_blob* value, const claif_error* error) noexcept {
    if (claif_op* op = std::exchange(op_, nullptr)) op->finish(op, status, value, error);
  }
  void drop() noexcept {
    if (op_ != nullptr)
      fail(CLAIF_E_INTERNAL, "the plugin dropped the operation without an answer");
  }

  claif_op* op_;
};

// Runs a synchronous body for an operation: its result, or its exception, finishes the operation.
template <class Body>
void answer(claif_op* raw, Body&& body) noexcept {
  Op op(raw);
  try {
    std::forward<Body>(body)(op);
    if (op) op.finish();
  } catch (...) {
    if (op) op.fail_from_current_exception();
  }
}

}  // namespace claif::sdk

// Approval plugins: a class with `Verdict decide(const ToolCall&)`.
#pragma once

#include <claif/abi/approval.h>
#include <claif/sdk/op.hpp>

#include <concepts>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace claif::sdk {

// One tool call, valid for the call of decide.
class ToolCall {
 public:
  explicit ToolCall(const claif_tool_call* call) noexcept : call_(call) {}
  std::string_view session() const noexcept { return view(call_->session); }
  std::string_view call_id() const noexcept { return view(call_->call_id); }
  std::string_view tool() const noexcept { return view(call_->tool); }
  std::string_view args_json() const noexcept { return view(call_->args_json); }
  std::span<const uint8_t, 32> args_sha256() const noexcept {
    return std::span<const uint8_t, 32>(call_->args_sha256);
  }
  const claif_tool_call* raw() const noexcept { return call_; }

 private:
  const claif_tool_call* call_;
};

// A decision with its reason. Made by the four names; a default-made one denies.
class Verdict {
 public:
  static Verdict allow(std::string reason = {}) { return {CLAIF_ALLOW, std::move(reason)}; }
  static Verdict deny(std::string reason) { return {CLAIF_DENY, std::move(reason)}; }
  static Verdict ask(std::string reason) { return {CLAIF_ASK, std::move(reason)}; }
  static Verdict abstain() { return {CLAIF_ABSTAIN, {}}; }
  Verdict() = default;

  Verdict& with_risk(int32_t risk) & {
    risk_ = risk;
    return *this;
  }
  Verdict&& with_risk(int32_t risk) && {
    risk_ = risk;
    return std::move(*this);
  }
  Verdict&& with_ttl_ms(uint32_t ttl) && {
    ttl_ms_ = ttl;
    return std::move(*this);
  }

  int32_t decision() const noexcept { return decision_; }
  int32_t risk() const noexcept { return risk_; }
  const std::string& reason() const noexcept { return reason_; }

  // Writes what fits into `out`, the decision last.
  void store(const claif_tool_call& call, claif_verdict* out) const noexcept {
    std::memcpy(out->args_sha256, call.args_sha256, sizeof out->args_sha256);
    out->ttl_ms = ttl_ms_;
    if (CLAIF_HAS(out, risk)) out->risk = risk_;
    if (CLAIF_HAS(out, reason)) {
      out->length = static_cast<uint32_t>(utf8_prefix(reason_, sizeof out->reason));
      std::memcpy(out->reason, reason_.data(), out->length);
    }
    out->decision = decision_;
  }

 private:
  Verdict(int32_t decision, std::string reason) : decision_(decision), reason_(std::move(reason)) {}
  int32_t decision_ = CLAIF_DENY, risk_ = -1;
  uint32_t ttl_ms_ = 0;
  std::string reason_;
};

// Why nobody may go by what a strategy answered about `call`; empty: they may. Whoever asks a
// strategy looks, and denies otherwise.
inline std::string verdict_defect(const claif_verdict& v, const claif_tool_call& call) {
  if (v.decision < CLAIF_DENY || v.decision > CLAIF_ABSTAIN)
    return "it gave the unknown decision " + std::to_string(v.decision);
  if (v.decision != CLAIF_DENY &&
      std::memcmp(v.args_sha256, call.args_sha256, sizeof v.args_sha256) != 0)
    return "it decided about other arguments than those of the call";
  return {};
}

// The verdict in the value that finishes an operation. Throws Error when it is too short for one.
inline claif_verdict verdict_of(std::string_view bytes) {
  claif_verdict out{};
  out.risk = -1;
  if (bytes.size() < offsetof(claif_verdict, ttl_ms)) throw Error("its verdict is too short");
  std::memcpy(&out, bytes.data(), std::min(bytes.size(), sizeof out));
  return out;
}

// An approval that comes later. Dropping it denies.
class PendingVerdict {
 public:
  PendingVerdict(Op op, const ToolCall& call) : op_(std::move(op)) {
    std::memcpy(call_.args_sha256, call.args_sha256().data(), sizeof call_.args_sha256);
  }
  bool cancelled() const noexcept { return op_.cancelled(); }
  uint64_t id() const noexcept { return op_.id(); }
  uint64_t deadline_ns() const noexcept { return op_.deadline_ns(); }
  void answer(const Verdict& verdict) {
    claif_verdict v{};
    v.size = sizeof v;
    verdict.store(call_, &v);
    op_.finish(std::string(reinterpret_cast<const char*>(&v), sizeof v));
  }

 private:
  Op op_;
  claif_tool_call call_{};
};

template <class P>
concept DecidesNow = requires(P& p, const ToolCall& call) {
  { p.decide(call) } -> std::same_as<Verdict>;
};
template <class P>
concept DecidesLater = requires(P& p, const ToolCall& call, PendingVerdict later) {
  p.decide(call, std::move(later));
};
template <class P>
concept Approval = DecidesNow<P> || DecidesLater<P>;

template <class P>
struct ApprovalGlue {
  static claif_status decide(void* self,
                             const claif_tool_call* call,
                             claif_verdict* out,
                             claif_op* op) noexcept {
    try {
      if constexpr (DecidesNow<P>) {
        static_cast<P*>(self)->decide(ToolCall(call)).store(*call, out);
        return CLAIF_OK;
      } else {
        static_cast<P*>(self)->decide(ToolCall(call), PendingVerdict(Op(op), ToolCall(call)));
        return CLAIF_PENDING;
      }
    } catch (...) {
      out->decision = CLAIF_DENY;
      claif_error error = make_error(CLAIF_E_INTERNAL, "");
      const claif_status status = fill_from_current_exception(&error);
      if (CLAIF_HAS(out, reason)) {
        out->length =
            static_cast<uint32_t>(utf8_prefix({error.text, error.length}, sizeof out->reason));
        std::memcpy(out->reason, error.text, out->length);
      }
      return DecidesNow<P> ? status : CLAIF_PENDING;  // a later verdict was failed by ~Op already
    }
  }
};

}  // namespace claif::sdk

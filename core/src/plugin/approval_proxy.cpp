#include "plugin/approval_proxy.hpp"

#include <claif/sdk/approval.hpp>

#include <atomic>
#include <cstring>
#include <memory>

namespace claif::plugin {
namespace {

// The call as the plugin sees it, and the verdict that it fills. Shared with the blocking pool,
// where a plugin may still be writing after its deadline.
struct Question {
  explicit Question(const ToolCall& c) : call(c) {
    raw.size = sizeof raw;
    raw.session = sdk::str(call.session);
    raw.call_id = sdk::str(call.call_id);
    raw.tool = sdk::str(call.tool);
    raw.args_json = sdk::str(call.args_json);
    std::memcpy(raw.args_sha256, call.args_digest.data(), sizeof raw.args_sha256);
    verdict.size = sizeof verdict;
    verdict.risk = -1;
  }
  ToolCall call;
  claif_tool_call raw{};
  claif_verdict verdict{};
};

Verdict deny(std::string reason) {
  return {Decision::deny, std::move(reason), -1};
}

// Turns the table's verdict into ours, or into a deny and a fault.
Verdict read_verdict(const claif_verdict& v, const claif_tool_call& call, Instance* instance) {
  if (const std::string what = sdk::verdict_defect(v, call); !what.empty()) {
    if (instance != nullptr) instance->faults().report(what);
    return deny("the approval plugin gave no usable verdict: " + what);
  }
  Verdict out;
  out.decision = static_cast<Decision>(v.decision);
  out.risk = v.risk >= 0 && v.risk <= 10 ? v.risk : -1;
  out.reason.assign(v.reason, std::min<size_t>(v.length, sizeof v.reason));
  return out;
}

Verdict read_later(std::string_view bytes, const claif_tool_call& call, Instance* instance) {
  try {
    return read_verdict(sdk::verdict_of(bytes), call, instance);
  } catch (const sdk::Error& error) {
    if (instance != nullptr) instance->faults().report(error.what());
    return deny(std::string("the approval plugin gave no usable verdict: ") + error.what());
  }
}

}  // namespace

claif_status call_decide(const Instance& instance,
                         const claif_tool_call& call,
                         claif_verdict& verdict,
                         claif_op* op) {
  return instance.iface<claif_approval_v1>().decide(instance.self(), &call, &verdict, op);
}

Task<Verdict> decide(CallSite site, const ToolCall& call, Millis deadline) {
  const auto question = std::make_shared<Question>(call);
  const auto status = std::make_shared<std::atomic<claif_status>>(CLAIF_PENDING);
  Loop& loop = site.ops.loop();
  PendingCall pending(loop);
  const Nanos began = loop.clock().coarse();
  make_call<claif_approval_v1>(
      site, pending, loop.clock().now() + deadline,
      [question, status](const claif_approval_v1& table, void* self, claif_op* op) {
        const claif_status answer = table.decide(self, &question->raw, &question->verdict, op);
        if (answer == CLAIF_PENDING) return;  // the plugin finishes the operation
        status->store(answer, std::memory_order_relaxed);
        op->finish(op, answer, nullptr, nullptr);
      });
  TimerId timer = 0;
  const std::string what = "decide";
  if (!pending.arrived())
    timer = loop.after(deadline, [&pending, &what, deadline] { pending.expire(what, deadline); });
  OpResult result = co_await pending.arrival();
  if (timer != 0) loop.cancel(timer);

  const Pin pin(site.slot);
  Instance* const instance = pin.get();
  const bool came_later = status->load(std::memory_order_relaxed) == CLAIF_PENDING;
  if (result.status == CLAIF_OK && result.has_value != came_later) {
    if (instance != nullptr) instance->faults().report("it gave no verdict, or two");
    co_return deny("the approval plugin gave no verdict, or two");
  }
  if (result.status == CLAIF_OK && came_later) {
    co_return read_later(result.value.view(), question->raw, instance);
  }
  if (result.status != CLAIF_OK) {
    if (result.status != CLAIF_E_TIMEOUT && result.status != CLAIF_E_UNAVAILABLE &&
        instance != nullptr)
      instance->faults().report("decide failed with status " + std::to_string(result.status) + " " +
                                result.error);
    co_return deny(
        "the approval plugin did not decide: " +
        (result.error.empty() ? "status " + std::to_string(result.status) : result.error));
  }
  if (loop.clock().coarse() - began > deadline) {
    if (instance != nullptr)
      instance->faults().report("decide blocked its thread past its deadline");
    co_return deny("the approval plugin did not decide in time");
  }
  co_return read_verdict(question->verdict, question->raw, instance);
}

}  // namespace claif::plugin

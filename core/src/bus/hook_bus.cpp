#include "bus/hook_bus.hpp"

#include "plugin/status.hpp"

#include <claif/sdk/text.hpp>

namespace claif::bus {

using plugin::Items;
using plugin::OpResult;
using plugin::Pin;
using plugin::Slot;

HookBus::HookBus(std::vector<Slot*> hooks, plugin::OpPool& ops, BlockingPool& pool, Millis deadline)
    : hooks_(std::move(hooks)), ops_(ops), pool_(pool), deadline_(deadline) {
  for (const Slot* slot : hooks_) {
    const Pin pin(*slot);
    if (pin) phases_ |= pin->iface<claif_hook_v1>().phases;
  }
}

bool HookBus::serves(const Slot& slot, uint32_t phase) {
  const Pin pin(slot);
  return pin && (pin->iface<claif_hook_v1>().phases & phase) != 0;
}

Task<HookBus::Phase> HookBus::run(Slot& slot, uint32_t phase, HookFacts facts, std::string body) {
  // What the plugin is shown, owned by the call: it may outlive the request's patience.
  struct Input {
    std::string session, tenant, model, body;
    claif_hook_input raw{};
  };
  auto input = std::make_shared<Input>(Input{std::string(facts.session),
                                             std::string(facts.tenant),
                                             std::string(facts.model),
                                             std::move(body),
                                             {}});
  input->raw = {sizeof(claif_hook_input),
                phase,
                facts.request,
                sdk::str(input->session),
                sdk::str(input->tenant),
                sdk::str(input->model),
                sdk::str(input->body)};
  Items items;
  const plugin::CallSite site{slot, ops_, pool_};
  auto invoke = [input](const claif_hook_v1& table, void* self, claif_op* op) {
    table.run(self, &input->raw, op);
  };
  auto call = plugin::call_plugin<claif_hook_v1>(site, deadline_, "hook " + slot.name(),
                                                 plugin::OnInternalError::is_a_fault, &items,
                                                 std::move(invoke));
  OpResult result = co_await std::move(call);
  Phase out{result.status, std::move(result.error), result.retry_after_ms, {}};
  if (result.status == CLAIF_OK && result.has_value) out.outcome.body.emplace(result.value.view());
  for (auto& [kind, bytes] : items)
    if (kind == CLAIF_EMIT_MESSAGE) out.outcome.answer = std::move(bytes);
  co_return out;
}

namespace {

// A hook's own refusal passes as it is; its failure is ours to word.
Error refusal_of(claif_status status,
                 const std::string& text,
                 uint32_t retry_after_ms,
                 const Slot& slot) {
  Error error;
  error.code = plugin::errc_of(status);
  error.message = text.empty() ? slot.name() + " refused the request" : text;
  error.retry_after_ms = retry_after_ms;
  if (status == CLAIF_E_INTERNAL || status == CLAIF_E_TIMEOUT || status == CLAIF_E_UNAVAILABLE) {
    error.code = Errc::overloaded;
    error.reason = "hook_failed";
    error.message = slot.name() + " failed, so the request was not sent: " + text;
  }
  return error;
}

}  // namespace

Task<Result<HookOutcome>> HookBus::on_request(HookFacts facts,
                                              std::string_view body,
                                              size_t& entered) {
  HookOutcome out;
  for (Slot* slot : hooks_) {
    ++entered;
    const bool wanted = serves(*slot, CLAIF_PHASE_REQUEST);
    if (!wanted) continue;
    std::string current = out.body ? *out.body : std::string(body);
    auto running = run(*slot, CLAIF_PHASE_REQUEST, facts, std::move(current));
    Phase phase = co_await std::move(running);
    if (phase.status != CLAIF_OK)
      co_return fail(refusal_of(phase.status, phase.error, phase.retry_after_ms, *slot));
    if (phase.outcome.body) out.body = std::move(phase.outcome.body);
    if (phase.outcome.answer) {
      out.answer = std::move(phase.outcome.answer);
      break;
    }
  }
  co_return out;
}

Task<Result<HookOutcome>> HookBus::on_event(HookFacts facts, std::string_view json) {
  HookOutcome out;
  for (Slot* slot : hooks_) {
    const bool wanted = serves(*slot, CLAIF_PHASE_EVENT);
    if (!wanted) continue;
    std::string current = out.body ? *out.body : std::string(json);
    auto running = run(*slot, CLAIF_PHASE_EVENT, facts, std::move(current));
    Phase phase = co_await std::move(running);
    if (phase.status != CLAIF_OK)
      co_return fail(refusal_of(phase.status, phase.error, phase.retry_after_ms, *slot));
    if (phase.outcome.body) out.body = std::move(phase.outcome.body);
    if (out.body && out.body->empty()) break;
  }
  co_return out;
}

Task<void> HookBus::on_response(HookFacts facts, std::string_view summary_json, size_t entered) {
  for (size_t i = std::min(entered, hooks_.size()); i > 0; --i) {
    Slot& slot = *hooks_[i - 1];
    const bool wanted = serves(slot, CLAIF_PHASE_RESPONSE);
    if (!wanted) continue;
    std::string summary(summary_json);
    auto running = run(slot, CLAIF_PHASE_RESPONSE, facts, std::move(summary));
    const Phase phase = co_await std::move(running);
    static_cast<void>(phase);
  }
}

}  // namespace claif::bus

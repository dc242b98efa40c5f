#include "bus/hook_bus.hpp"

#include "plugin/status.hpp"

#include <claif/sdk/text.hpp>

namespace claif::bus {

using plugin::Items;
using plugin::OpResult;
using plugin::Pin;
using plugin::Slot;

HookBus::HookBus(std::vector<Slot*> hooks, plugin::OpPool& ops, BlockingPool& pool, Millis deadline)
    : hooks_(std::move(hooks)), ops_(ops), pool_(pool), deadline_(deadline) {}

HookBus::Service HookBus::service_of(const Slot& slot, uint32_t phase) {
  const Pin pin(slot);
  if (!pin) return {};
  const auto& table = pin->iface<claif_hook_v1>();
  return {(table.phases & phase) != 0, (table.flags & CLAIF_IFACE_BLOCKING) != 0};
}

bool HookBus::any_wants(uint32_t phase) const {
  for (const Slot* slot : hooks_)
    if (service_of(*slot, phase).wanted) return true;
  return false;
}

// What a plugin on the blocking pool is shown: it may still look at it when the request has given
// up.
struct HookBus::Owned {
  Owned(HookFacts facts, std::string_view text)
      : session(facts.session), tenant(facts.tenant), model(facts.model), body(text) {}
  std::string session, tenant, model, body;
  claif_hook_input raw{};
};

Task<HookBus::Phase> HookBus::run(
    Slot& slot, Service service, uint32_t phase, HookFacts facts, std::string_view body) {
  std::shared_ptr<Owned> owned;
  if (service.blocking) {
    owned = std::make_shared<Owned>(facts, body);
    facts = {facts.request, owned->session, owned->tenant, owned->model};
    body = owned->body;
  }
  claif_hook_input shown{};
  claif_hook_input& raw = owned ? owned->raw : shown;
  raw = {sizeof raw,
         phase,
         facts.request,
         sdk::str(facts.session),
         sdk::str(facts.tenant),
         sdk::str(facts.model),
         sdk::str(body)};
  Items items;
  const plugin::CallSite site{slot, ops_, pool_};
  auto invoke = [owned, &raw](const claif_hook_v1& table, void* self, claif_op* op) {
    table.run(self, &raw, op);
  };
  auto call = plugin::call_plugin<claif_hook_v1>(
      site, deadline_, slot.name(), plugin::OnInternalError::is_a_fault, &items, std::move(invoke));
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
    const Service service = service_of(*slot, CLAIF_PHASE_REQUEST);
    if (!service.wanted) continue;
    const std::string_view current = out.body ? std::string_view(*out.body) : body;
    auto running = run(*slot, service, CLAIF_PHASE_REQUEST, facts, current);
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
    const Service service = service_of(*slot, CLAIF_PHASE_EVENT);
    if (!service.wanted) continue;
    const std::string_view current = out.body ? std::string_view(*out.body) : json;
    auto running = run(*slot, service, CLAIF_PHASE_EVENT, facts, current);
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
    const Service service = service_of(slot, CLAIF_PHASE_RESPONSE);
    if (!service.wanted) continue;
    auto running = run(slot, service, CLAIF_PHASE_RESPONSE, facts, summary_json);
    const Phase phase = co_await std::move(running);
    static_cast<void>(phase);
  }
}

}  // namespace claif::bus

// The hooks, in configured order: they edit or answer a request, edit its events, learn its end.
#pragma once

#include "plugin/call.hpp"

#include <claif/abi/hook.h>
#include <claif/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claif::bus {

// Whom a hook is called for.
struct HookFacts {
  uint64_t request = 0;
  std::string_view session, tenant, model;
};

// What became of a request or event: unchanged, a new body, or an answer in its stead.
struct HookOutcome {
  std::optional<std::string> body;    // replaced; an empty one drops an event
  std::optional<std::string> answer;  // a whole message: request phase only
};

// One for each loop; the slots are shared.
class HookBus {
 public:
  HookBus(std::vector<plugin::Slot*> hooks,
          plugin::OpPool& ops,
          BlockingPool& pool,
          Millis deadline);

  // Asks the hooks of now: a swap may change them.
  bool has_response_hooks() const { return any_wants(CLAIF_PHASE_RESPONSE); }
  bool has_event_hooks() const { return any_wants(CLAIF_PHASE_EVENT); }

  // Runs the request hooks; `entered` counts the hooks whose request phase ran, for on_response. A
  // refusal is the hook's error; a hook that fails or is quarantined refuses the request
  // (unavailable).
  Task<Result<HookOutcome>> on_request(HookFacts facts, std::string_view body, size_t& entered);
  Task<Result<HookOutcome>> on_event(HookFacts facts, std::string_view json);
  // In reverse order, for the first `entered` hooks. Failures are faults of the hook, nothing more.
  Task<void> on_response(HookFacts facts, std::string_view summary_json, size_t entered);

 private:
  struct Phase {
    claif_status status;
    std::string error;
    uint32_t retry_after_ms;
    HookOutcome outcome;
  };
  struct Owned;
  struct Service {
    bool wanted = false, blocking = false;
  };
  // `body` and the facts must live until the task ends.
  Task<Phase> run(
      plugin::Slot& slot, Service service, uint32_t phase, HookFacts facts, std::string_view body);
  static Service service_of(const plugin::Slot& slot, uint32_t phase);
  bool any_wants(uint32_t phase) const;

  std::vector<plugin::Slot*> hooks_;
  plugin::OpPool& ops_;
  BlockingPool& pool_;
  Millis deadline_;
};

}  // namespace claif::bus

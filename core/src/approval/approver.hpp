// Decides tool calls: refuses what is malformed (G1-G3), asks the strategy about the rest, with a
// deadline. Default deny.
#pragma once

#include "base/sha256.hpp"
#include "plugin/approval_proxy.hpp"
#include "wire/offered_tools.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace claif::approval {

// One call as it came from the model.
struct Call {
  std::string id, name, input;  // input: JSON
};

struct Ruling {
  bool allowed = false;
  std::string reason;
  int risk = -1;
};

// G1: what may be the name of a tool: ^[A-Za-z0-9_-]{1,128}$.
bool is_tool_name(std::string_view name);

// One for each loop.
class Approver {
 public:
  // A strategy has `deadline` for each call, and five times as long for all calls of a message.
  Approver(plugin::CallSite site, Millis deadline) : site_(site), deadline_(deadline) {}

  // Rules on every call of one message, together. Denied without asking: a name that no tool may
  // have; a tool that is not among `offered`, byte for byte, or is not what it was when it was
  // pinned; arguments that are not strict JSON or do not fit the tool's schema; every call when two
  // have the same id, or when the message was out of order (`disorder`, G13). ask is denied: nobody
  // is there to be asked.
  Task<std::vector<Ruling>> rule(std::string session,
                                 const std::vector<Call>& calls,
                                 const std::vector<wire::OfferedTool>& offered,
                                 bool disorder = false);

 private:
  plugin::CallSite site_;
  Millis deadline_;
};

// What an allowed call is bound to (G12): the policy that allowed it and every byte of the call.
struct Permit {
  uint64_t epoch = 0;  // the generation of the strategy; 0: it is gone
  Digest call{};
};
// The permit for a call that `strategy` allows now.
Permit permit(const plugin::Slot& strategy, std::string_view session, const Call& call);
// Whether what was allowed is what is about to run, under the policy that allowed it.
bool still_holds(const Permit& given,
                 const plugin::Slot& strategy,
                 std::string_view session,
                 const Call& call);

// What a client reads in the place of a call that was denied.
std::string refusal_text(std::string_view tool, std::string_view reason);

}  // namespace claif::approval

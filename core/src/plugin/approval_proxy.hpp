// Approval plugins as the core sees them. Whatever is not a clear answer about exactly this call is
// a deny.
#pragma once

#include "base/sha256.hpp"
#include "base/task.hpp"
#include "plugin/call.hpp"

#include <claif/abi/approval.h>

#include <string>
#include <string_view>

namespace claif::plugin {

enum class Decision { deny, allow, ask, abstain };

struct Verdict {
  Decision decision = Decision::deny;
  std::string reason;
  int risk = -1;  // 0-10, -1: not scored
};

struct ToolCall {
  std::string session, call_id, tool;
  std::string args_json;
  Digest args_digest{};
};

// Asks the strategy in `site.slot`; `deadline` bounds its answer.
Task<Verdict> decide(CallSite site, const ToolCall& call, Millis deadline);

// The synchronous part alone: the call through the table. For decide and the benchmark.
claif_status call_decide(const Instance& instance,
                         const claif_tool_call& call,
                         claif_verdict& verdict,
                         claif_op* op);

}  // namespace claif::plugin

#include "approval/approver.hpp"

#include "base/json.hpp"

#include <algorithm>

namespace claif::approval {
namespace {

// Why a call is denied before any strategy is asked; empty: it may be asked.
std::string defect(const std::vector<Call>& calls,
                   size_t i,
                   const std::vector<std::string>& declared) {
  const Call& call = calls[i];
  if (std::find(declared.begin(), declared.end(), call.name) == declared.end())
    return "the request offers no tool of this name";
  const auto same_id = [&](const Call& other) { return other.id == call.id; };
  if (std::find_if(calls.begin(), calls.begin() + static_cast<std::ptrdiff_t>(i), same_id) !=
      calls.begin() + static_cast<std::ptrdiff_t>(i))
    return "the message has two calls with the id '" + call.id + "'";
  const auto input = json::parse(call.input);
  if (!input || !input->root().IsObject()) return "its arguments are no JSON object";
  return {};
}

Ruling ruling_of(const plugin::Verdict& verdict) {
  Ruling out{verdict.decision == plugin::Decision::allow, verdict.reason, verdict.risk};
  if (out.reason.empty() && verdict.decision == plugin::Decision::deny)
    out.reason = "the approval policy denies it";
  if (verdict.decision == plugin::Decision::ask)
    out.reason = "it needs a person's approval, and nobody can be asked here";
  if (verdict.decision == plugin::Decision::abstain) out.reason = "no strategy decided about it";
  return out;
}

}  // namespace

Task<std::vector<Ruling>> Approver::rule(std::string session,
                                         const std::vector<Call>& calls,
                                         const std::vector<std::string>& declared) {
  std::vector<Ruling> out;
  for (size_t i = 0; i < calls.size(); ++i) {
    std::string why = defect(calls, i, declared);
    if (!why.empty()) {
      out.push_back({false, std::move(why), -1});
      continue;
    }
    plugin::ToolCall call{session, calls[i].id, calls[i].name, calls[i].input,
                          sha256(calls[i].input)};
    auto asking = plugin::decide(site_, call, deadline_);
    const plugin::Verdict verdict = co_await std::move(asking);
    out.push_back(ruling_of(verdict));
  }
  co_return out;
}

std::string refusal_text(std::string_view tool, std::string_view reason) {
  std::string out = "The call of the tool '";
  out.append(tool).append("' was not approved");
  if (!reason.empty()) out.append(": ").append(reason);
  return out;
}

}  // namespace claif::approval

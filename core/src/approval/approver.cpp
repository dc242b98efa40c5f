#include "approval/approver.hpp"

#include "approval/arguments.hpp"
#include "base/json.hpp"

#include <algorithm>

namespace claif::approval {
namespace {

constexpr int kDeadlines = 5;  // for all calls of a message, in those of one

bool is_name_byte(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// Why a call is denied before any strategy is asked; empty: it may be asked.
std::string defect(const Call& call, const std::vector<wire::OfferedTool>& offered) {
  if (!is_tool_name(call.name))
    return "that is no name of a tool: it must be 1 to 128 of A-Z a-z 0-9 _ -";
  const auto tool = std::find_if(offered.begin(), offered.end(),
                                 [&](const auto& each) { return each.name == call.name; });
  if (tool == offered.end()) return "the request offers no tool of this name";
  if (tool->changed)
    return "its description or schema is not the one that was pinned: look at it and pin it again";
  return argument_defect(call.input, tool->input_schema);
}

// The id that two calls have; null: none.
const std::string* id_twice(const std::vector<Call>& calls) {
  std::vector<const std::string*> ids;
  ids.reserve(calls.size());
  for (const Call& call : calls)
    ids.push_back(&call.id);
  std::sort(ids.begin(), ids.end(), [](const auto* a, const auto* b) { return *a < *b; });
  const auto at = std::adjacent_find(ids.begin(), ids.end(),
                                     [](const auto* a, const auto* b) { return *a == *b; });
  return at == ids.end() ? nullptr : *at;
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

bool is_tool_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), is_name_byte);
}

Task<std::vector<Ruling>> Approver::rule(std::string session,
                                         const std::vector<Call>& calls,
                                         const std::vector<wire::OfferedTool>& offered,
                                         bool disorder) {
  std::string all_denied;
  if (disorder) all_denied = "the events of its message came out of order";
  if (const std::string* id = id_twice(calls); id != nullptr)
    all_denied = "the message has two calls with the id '" + *id + "'";
  const Clock& clock = site_.ops.loop().clock();
  const Nanos end = clock.now() + deadline_ * kDeadlines;
  std::vector<Ruling> out;
  for (const Call& each : calls) {
    std::string why = all_denied.empty() ? defect(each, offered) : all_denied;
    const Nanos left = end - clock.now();
    if (why.empty() && left <= Nanos{0}) why = "deciding about the calls before it took too long";
    if (!why.empty()) {
      out.push_back({false, std::move(why), -1});
      continue;
    }
    plugin::ToolCall call{session, each.id, each.name, each.input, sha256(each.input)};
    const Millis deadline = std::min(deadline_, std::chrono::ceil<Millis>(left));
    auto asking = plugin::decide(site_, call, deadline);
    const plugin::Verdict verdict = co_await std::move(asking);
    out.push_back(ruling_of(verdict));
  }
  co_return out;
}

Permit permit(const plugin::Slot& strategy, std::string_view session, const Call& call) {
  const plugin::Pin pin(strategy);
  json::Writer bytes(call.input.size() + 256);
  bytes.array().string(session).string(call.id).string(call.name).string(call.input).end_array();
  return {pin ? pin->generation() : 0, sha256(bytes.view())};
}

bool still_holds(const Permit& given,
                 const plugin::Slot& strategy,
                 std::string_view session,
                 const Call& call) {
  const Permit now = permit(strategy, session, call);
  return now.epoch != 0 && now.epoch == given.epoch && now.call == given.call;
}

std::string refusal_text(std::string_view tool, std::string_view reason) {
  std::string out = "The call of the tool '";
  out.append(tool).append("' was not approved");
  if (!reason.empty()) out.append(": ").append(reason);
  return out;
}

}  // namespace claif::approval

#include "wire/thinking.hpp"

#include <algorithm>
#include <array>

namespace claif::wire {
namespace {

struct Effort {
  std::string_view name;  // OpenAI's
  std::string_view sent;  // Anthropic's; empty for none
  int64_t budget;         // tokens, of class D
};
constexpr std::array kEfforts{
    Effort{"none", "", 0},         Effort{"minimal", "low", 1024},
    Effort{"low", "low", 2048},    Effort{"medium", "medium", 8192},
    Effort{"high", "high", 16384}, Effort{"xhigh", "xhigh", 32768},
    Effort{"max", "max", 32768},
};
constexpr int64_t kLeastBudget = 1024;

Result<const Effort*> read_effort(const ReasoningWish& wish) {
  if (wish.effort == nullptr) return static_cast<const Effort*>(nullptr);
  if (!wish.effort->IsString()) return invalid_type(wish.param, "a string");
  for (const Effort& effort : kEfforts)
    if (effort.name == json::text(*wish.effort)) return &effort;
  return invalid_value(
      wish.param, "'" + wish.param + "' must be none, minimal, low, medium, high, xhigh or max");
}

// T2: class D thinks within a budget, or not at all.
std::string budget(Draft& draft, const Effort& effort, const ThinkingLimits& limits) {
  const int64_t tokens = std::min(effort.budget, limits.max_tokens * 4 / 5);
  if (tokens < kLeastBudget || limits.forced_tool || limits.prefill || limits.calls_lack_thinking) {
    draft.warn("reasoning_effort", "dropped");
    return {};
  }
  return R"({"type":"enabled","budget_tokens":)" + std::to_string(tokens) + "}";
}

constexpr std::string_view kAdaptive = R"({"type":"adaptive"})";

ThinkingChoice without_thinking(Draft& draft) {
  switch (draft.model->thinking) {
    case Thinking::a:
      draft.warn("reasoning_effort", "adjusted");
      return {{}, "low"};
    case Thinking::b:
      return {R"({"type":"disabled"})", {}};
    case Thinking::e:
      return {R"({"type":"between_tools"})", {}};
    case Thinking::c:
    case Thinking::d:
      break;
  }
  return {};
}

ThinkingChoice with_effort(Draft& draft, const Effort& effort, const ThinkingLimits& limits) {
  if (draft.model->thinking == Thinking::d) return {budget(draft, effort, limits), {}};
  std::string_view sent = effort.sent;
  if (sent == "xhigh" && !draft.model->xhigh_effort) {  // T1
    draft.warn("reasoning_effort", "adjusted");
    sent = "high";
  }
  if (draft.model->thinking == Thinking::c) return {std::string(kAdaptive), sent};
  return {{}, sent};
}

// T3: a summary of the thinking has to be asked for.
void ask_for_summaries(const Draft& draft, std::string& thinking) {
  const Thinking c = draft.model->thinking;
  const bool thinks_by_default = c == Thinking::a || c == Thinking::b || c == Thinking::e;
  if (thinking.empty() && thinks_by_default) thinking = kAdaptive;
  if (thinking == kAdaptive) thinking = R"({"type":"adaptive","display":"summarized"})";
}

}  // namespace

Result<ThinkingChoice> choose_thinking(Draft& draft,
                                       const ReasoningWish& wish,
                                       const ThinkingLimits& limits) {
  CLAIF_TRY(const Effort* const effort, read_effort(wish));
  ThinkingChoice out;
  if (wish.thinking != nullptr) {
    if (!wish.thinking->IsObject()) return invalid_type("thinking", "an object");
    if (effort != nullptr && draft.model->thinking != Thinking::d)
      out.effort = with_effort(draft, *effort, limits).effort;
    out.thinking = json::dump(*wish.thinking);
    const std::string_view type = json::string_or(*wish.thinking, "type");
    draft.thinks = type == "enabled" || type == "adaptive";
    return out;
  }
  if (effort != nullptr && effort->sent.empty())
    out = without_thinking(draft);
  else if (effort != nullptr)
    out = with_effort(draft, *effort, limits);
  if (wish.summaries) ask_for_summaries(draft, out.thinking);
  draft.thinks = out.thinking.starts_with(R"({"type":"adaptive")") ||
                 out.thinking.starts_with(R"({"type":"enabled")");
  return out;
}

}  // namespace claif::wire

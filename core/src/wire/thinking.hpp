// How hard the model shall think: OpenAI's reasoning effort -> thinking and effort (translation.md
// 2.9).
#pragma once

#include "wire/draft.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace claif::wire {

struct ReasoningWish {
  const json::Value* effort;              // none, minimal, low, medium, high, xhigh, max
  std::string param;                      // its name in errors
  const json::Value* thinking = nullptr;  // the extension, which overrides the choice
  bool summaries = false;                 // T3
};
// What else in the request speaks against a thinking budget (T2).
struct ThinkingLimits {
  int64_t max_tokens;
  bool forced_tool, prefill, calls_lack_thinking;
};
struct ThinkingChoice {
  std::string thinking;     // JSON of the member "thinking", empty for none
  std::string_view effort;  // output_config.effort, empty for none
};

// Also sets draft.thinks.
Result<ThinkingChoice> choose_thinking(Draft& draft,
                                       const ReasoningWish& wish,
                                       const ThinkingLimits& limits);

}  // namespace claif::wire

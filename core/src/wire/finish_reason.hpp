// Words of Anthropic's answers -> OpenAI's (A1 and the table in translation.md section 3).
#pragma once

#include <string_view>

namespace claif::wire {

// `has_tool_calls`: the answer holds calls of the client's tools that it will see.
// `legacy_functions`: as a function_call (translation.md 2.7).
constexpr std::string_view finish_reason(std::string_view stop_reason,
                                         bool has_tool_calls,
                                         bool legacy_functions = false) {
  if (stop_reason == "max_tokens" || stop_reason == "model_context_window_exceeded" ||
      stop_reason == "pause_turn")
    return "length";
  if (stop_reason == "refusal") return "content_filter";
  if (!has_tool_calls) return "stop";
  return legacy_functions ? "function_call" : "tool_calls";
}

// Empty: omitted.
constexpr std::string_view openai_tier(std::string_view service_tier) {
  if (service_tier == "standard") return "default";
  return service_tier == "priority" ? service_tier : std::string_view();
}

inline constexpr std::string_view kDefaultRefusal =
    "The model declined to respond to this request.";

}  // namespace claif::wire

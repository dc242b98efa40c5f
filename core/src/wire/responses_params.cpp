// The parameters of a Responses request that are refused, or only warned about (Q6).
#include "wire/params.hpp"
#include "wire/responses_draft.hpp"

#include <algorithm>
#include <array>

namespace claif::wire {
namespace {

constexpr std::array<std::string_view, 37> kKnown{"anthropic",
                                                  "anthropic_beta",
                                                  "background",
                                                  "cache_control",
                                                  "context_management",
                                                  "conversation",
                                                  "include",
                                                  "include_reasoning",
                                                  "input",
                                                  "instructions",
                                                  "max_output_tokens",
                                                  "max_tool_calls",
                                                  "metadata",
                                                  "model",
                                                  "moderation",
                                                  "parallel_tool_calls",
                                                  "previous_response_id",
                                                  "prompt",
                                                  "prompt_cache_key",
                                                  "prompt_cache_options",
                                                  "prompt_cache_retention",
                                                  "reasoning",
                                                  "safety_identifier",
                                                  "service_tier",
                                                  "store",
                                                  "stream",
                                                  "stream_options",
                                                  "temperature",
                                                  "text",
                                                  "thinking",
                                                  "tool_choice",
                                                  "tools",
                                                  "top_k",
                                                  "top_logprobs",
                                                  "top_p",
                                                  "truncation",
                                                  "user"};

Result<void> check_include(const ResponsesDraft& draft) {
  const json::Value* include = draft.get("include");
  if (include == nullptr) return {};
  if (!include->IsArray()) return invalid_type("include", "a list of strings");
  for (const auto& entry : include->GetArray()) {
    if (!entry.IsString()) return invalid_type("include", "a list of strings");
    if (json::text(entry) == "message.output_text.logprobs")
      return unsupported_value("include",
                               "Claude gives no log probabilities: leave "
                               "message.output_text.logprobs out");
  }
  return {};
}

}  // namespace

void warn_of_unknown(ResponsesDraft& draft) {
  for (const auto& member : draft.root->GetObject()) {
    if (member.value.IsNull()) continue;  // null means absent
    const std::string_view name = json::text(member.name);
    if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end()) draft.warn(name, "unknown");
  }
}

Result<void> check_ignored(ResponsesDraft& draft) {
  CLAIF_TRY(const bool background, optional_bool(draft.get("background"), "background"));
  if (background)
    return unsupported_value("background",
                             "answers are not made in the background: wait, or stream");
  for (const char* name : {"conversation", "prompt"})
    if (draft.get(name) != nullptr)
      return unsupported_parameter(name, "'" + std::string(name) +
                                             "' is kept at OpenAI: send the "
                                             "content itself");
  CLAIF_CHECK(refuse_top_logprobs(draft.get("top_logprobs")));
  CLAIF_CHECK(check_include(draft));
  CLAIF_TRY(const std::string_view truncation,
            optional_string(draft.get("truncation"), "truncation", "disabled"));
  if (truncation == "auto")
    draft.warn("truncation", "ignored");
  else if (truncation != "disabled")
    return invalid_value("truncation", "'truncation' must be disabled or auto");
  for (const char* name : {"max_tool_calls", "context_management", "moderation"})
    if (draft.get(name) != nullptr) draft.warn(name, "ignored");
  if (const json::Value* keep = draft.get("prompt_cache_retention");
      keep != nullptr && keep->IsString() && json::text(*keep) == "24h")
    draft.warn("prompt_cache_retention", "ignored");
  return {};
}

}  // namespace claif::wire

// What the parts of decode_chat share: the request's members by name.
#pragma once

#include "wire/conversation.hpp"
#include "wire/draft.hpp"

#include <array>
#include <string>
#include <string_view>

namespace claif::wire {

// The parameters that decode_chat knows, in alphabetical order; kParamNames names them.
enum class Param {
  anthropic,
  anthropic_beta,
  audio,
  cache_control,
  frequency_penalty,
  function_call,
  functions,
  include_reasoning,
  include_thinking_blocks,
  logit_bias,
  logprobs,
  max_completion_tokens,
  max_tokens,
  messages,
  metadata,
  modalities,
  model,
  moderation,
  n,
  parallel_tool_calls,
  prediction,
  presence_penalty,
  prompt_cache_key,
  prompt_cache_options,
  prompt_cache_retention,
  reasoning_effort,
  response_format,
  safety_identifier,
  seed,
  service_tier,
  stop,
  store,
  stream,
  stream_options,
  temperature,
  thinking,
  tool_choice,
  tools,
  top_k,
  top_logprobs,
  top_p,
  user,
  verbosity,
  web_search_options,
  count
};

struct ChatDraft : Draft {
  std::array<const json::Value*, static_cast<size_t>(Param::count)> params{};
  const json::Value* get(Param p) const { return params[static_cast<size_t>(p)]; }
};

// Parameters that are refused, or only warned about.
Result<void> check_ignored(ChatDraft& draft);
// stop_sequences, as a member of the object that `out` has open.
Result<void> write_stop(ChatDraft& draft, json::Writer& out);
// messages -> the conversation (chat_messages.cpp).
Result<void> read_messages(ChatDraft& draft, Conversation& conversation);

}  // namespace claif::wire

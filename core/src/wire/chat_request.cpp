#include "wire/chat_request.hpp"

#include "wire/body.hpp"
#include "wire/chat_draft.hpp"
#include "wire/chat_tools.hpp"
#include "wire/model_table.hpp"

#include <algorithm>

namespace claif::wire {
namespace {

constexpr std::array<std::string_view, static_cast<size_t>(Param::count)> kParamNames{
    "anthropic",
    "anthropic_beta",
    "audio",
    "cache_control",
    "frequency_penalty",
    "function_call",
    "functions",
    "include_reasoning",
    "include_thinking_blocks",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "metadata",
    "modalities",
    "model",
    "moderation",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
    "top_k",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
    "web_search_options"};
static_assert(std::is_sorted(kParamNames.begin(), kParamNames.end()));

void collect(const json::Value& root, ChatDraft& draft) {
  for (auto it = root.MemberBegin(); it != root.MemberEnd(); ++it) {
    if (it->value.IsNull()) continue;  // null means absent
    const std::string_view name = json::text(it->name);
    const auto known = std::lower_bound(kParamNames.begin(), kParamNames.end(), name);
    if (known == kParamNames.end() || *known != name)
      draft.warn(name, "unknown");
    else
      draft.params[static_cast<size_t>(known - kParamNames.begin())] = &it->value;
  }
}

Result<void> read_stream(const ChatDraft& draft, ChatRequest& out) {
  CLAIF_TRY(out.messages.stream, optional_bool(draft.get(Param::stream), "stream"));
  const json::Value* v = draft.get(Param::stream_options);
  if (v == nullptr) return {};
  if (!v->IsObject()) return invalid_type("stream_options", "an object");
  if (!out.messages.stream)
    return invalid_value("stream_options", "'stream_options' is only allowed with stream: true");
  CLAIF_TRY(out.encoding.include_usage,
            optional_bool(json::find(*v, "include_usage"), "stream_options.include_usage"));
  return {};
}

Result<int64_t> read_max_tokens(ChatDraft& draft) {
  CLAIF_TRY(const auto completion,
            token_limit(draft.get(Param::max_completion_tokens), "max_completion_tokens"));
  CLAIF_TRY(const auto total, token_limit(draft.get(Param::max_tokens), "max_tokens"));
  if (completion && total && *completion != *total) draft.warn("max_tokens", "ignored");
  return clamp_tokens(draft, completion ? completion : total, "max_tokens");
}

Result<void> read_all(ChatDraft& draft, ChatRequest& out, Composition& parts) {
  CLAIF_TRY(out.messages.max_tokens, read_max_tokens(draft));
  CLAIF_TRY(out.encoding.legacy_functions, read_tools(draft, parts.tools));
  CLAIF_CHECK(read_messages(draft, parts.conversation));
  CLAIF_TRY(parts.format,
            choose_format(draft, draft.get(Param::response_format), "response_format", true));
  CLAIF_TRY(out.encoding.strip_fence, place_format(parts, "response_format", "message"));
  parts.tools.synthesize(parts.conversation.called_tools());
  const json::Value* wish = draft.get(Param::include_reasoning);
  CLAIF_TRY(out.encoding.reasoning, optional_bool(wish, "include_reasoning", true));
  CLAIF_TRY(out.encoding.thinking_blocks,
            optional_bool(draft.get(Param::include_thinking_blocks), "include_thinking_blocks"));
  CLAIF_CHECK(
      place_thinking(draft,
                     {draft.get(Param::reasoning_effort), "reasoning_effort",
                      draft.get(Param::thinking), wish != nullptr && out.encoding.reasoning},
                     out.messages.max_tokens, parts));
  return place_cache_controls(draft, draft.get(Param::cache_control),
                              draft.get(Param::prompt_cache_options), parts);
}

Result<void> write_body(ChatDraft& draft,
                        const Composition& parts,
                        const json::Document& source,
                        MessagesRequest& out) {
  json::Writer json(source.size() + 256, source);
  begin_body(draft, out, json);
  CLAIF_CHECK(write_stop(draft, json));
  return finish_body(
      draft, parts,
      {{draft.get(Param::temperature), draft.get(Param::top_p), draft.get(Param::top_k)},
       {draft.get(Param::safety_identifier), draft.get(Param::user), draft.get(Param::metadata)},
       draft.get(Param::service_tier)},
      json, out);
}

}  // namespace

Result<ChatRequest> decode_chat(std::string body, const ChatOptions& options) {
  CLAIF_TRY(const json::Document doc, parse_request(std::move(body)));
  ChatDraft draft;
  collect(doc.root(), draft);

  ChatRequest out;
  CLAIF_TRY(const ResolvedModel model,
            read_model(draft.get(Param::model), options.aliases, options.models.get()));
  draft.model = &model.row;
  draft.model_id = model.id;
  CLAIF_CHECK(read_stream(draft, out));
  CLAIF_CHECK(check_ignored(draft));
  Composition parts(draft);
  CLAIF_CHECK(read_all(draft, out, parts));
  CLAIF_CHECK(write_body(draft, parts, doc, out.messages));
  CLAIF_CHECK(finish_request(
      draft, {options.strict, draft.get(Param::anthropic_beta), draft.get(Param::anthropic)},
      parts.tools, out.messages));
  out.warnings.assign(draft.warnings.begin(), draft.warnings.end());
  return out;
}

}  // namespace claif::wire

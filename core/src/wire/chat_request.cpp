#include "wire/chat_request.hpp"

#include "wire/body.hpp"
#include "wire/chat_draft.hpp"
#include "wire/chat_tools.hpp"
#include "wire/model_table.hpp"
#include "wire/params.hpp"
#include "wire/response_format.hpp"
#include "wire/thinking.hpp"

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

Result<ResolvedModel> read_model(const ChatDraft& draft, const ChatOptions& options) {
  const json::Value* model = draft.get(Param::model);
  if (model == nullptr) return missing("model");
  if (!model->IsString()) return invalid_type("model", "a string");
  return resolve_model(json::text(*model), options.aliases, options.models.get());
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

// What has to be read before the first member is written, because one decides about another.
struct Reading {
  explicit Reading(ChatDraft& draft) : tools(draft), conversation(draft) {}
  ToolSet tools;
  Conversation conversation;
  FormatChoice format;
  ThinkingChoice thinking;
  std::string cache_control;
};

Result<void> read_all(ChatDraft& draft, ChatRequest& out, Reading& reading) {
  CLAIF_TRY(out.messages.max_tokens, read_max_tokens(draft));
  CLAIF_TRY(out.encoding.legacy_functions, read_tools(draft, reading.tools));
  CLAIF_CHECK(read_messages(draft, reading.conversation));
  CLAIF_TRY(reading.format,
            choose_format(draft, draft.get(Param::response_format), "response_format", true));
  const bool prefill = reading.conversation.ends_with_prefill();
  if (prefill && reading.format.json_schema)  // P10
    return invalid_value("response_format",
                         "a json_schema cannot be met by an answer that the last message begins");
  if (!reading.format.prompt.empty()) {
    out.encoding.strip_fence = true;
    reading.conversation.add_final_system(reading.format.prompt);
  }
  reading.tools.synthesize(reading.conversation.called_tools());
  const json::Value* wish = draft.get(Param::include_reasoning);
  CLAIF_TRY(out.encoding.reasoning, optional_bool(wish, "include_reasoning", true));
  CLAIF_TRY(out.encoding.thinking_blocks,
            optional_bool(draft.get(Param::include_thinking_blocks), "include_thinking_blocks"));
  CLAIF_TRY(reading.thinking,
            choose_thinking(draft,
                            {draft.get(Param::reasoning_effort), "reasoning_effort",
                             draft.get(Param::thinking), wish != nullptr && out.encoding.reasoning},
                            {out.messages.max_tokens, reading.tools.forced(), prefill,
                             reading.conversation.last_calls_lack_thinking()}));
  CLAIF_TRY(reading.cache_control, request_cache_control(draft.get(Param::cache_control),
                                                         draft.get(Param::prompt_cache_options)));
  std::vector<std::string*> marks;
  reading.tools.collect_cache_controls(marks);
  reading.conversation.collect_cache_controls(marks);
  if (!reading.cache_control.empty()) marks.push_back(&reading.cache_control);
  trim_cache_controls(draft, marks);
  return {};
}

Result<void> write_body(ChatDraft& draft,
                        const Reading& reading,
                        const json::Document& source,
                        size_t size,
                        ChatRequest& out) {
  json::Writer json(size + 256, source);
  json.object().key("model").string(draft.model_id);
  if (out.messages.stream) json.key("stream").boolean(true);
  json.key("max_tokens").integer(out.messages.max_tokens);
  CLAIF_CHECK(write_stop(draft, json));
  if (!reading.cache_control.empty()) json.key("cache_control").raw(reading.cache_control);
  write_output_config(reading.thinking, reading.format, json);
  CLAIF_CHECK(write_sampling(
      draft, {draft.get(Param::temperature), draft.get(Param::top_p), draft.get(Param::top_k)},
      json));
  CLAIF_CHECK(write_identity(
      draft,
      {draft.get(Param::safety_identifier), draft.get(Param::user), draft.get(Param::metadata)},
      json));
  CLAIF_CHECK(write_service_tier(draft, draft.get(Param::service_tier), json));
  reading.tools.write(json);
  write_conversation(reading.conversation, json, out.messages);
  return {};
}

}  // namespace

Result<ChatRequest> decode_chat(std::string body, const ChatOptions& options) {
  const size_t size = body.size();
  CLAIF_TRY(const json::Document doc, parse_request(std::move(body)));
  ChatDraft draft;
  collect(doc.root(), draft);

  ChatRequest out;
  CLAIF_TRY(ResolvedModel model, read_model(draft, options));
  draft.model = &model.row;
  draft.model_id = model.id;
  CLAIF_CHECK(read_stream(draft, out));
  CLAIF_CHECK(check_ignored(draft));
  Reading reading(draft);
  CLAIF_CHECK(read_all(draft, out, reading));
  CLAIF_CHECK(write_body(draft, reading, doc, size, out));

  if (options.strict) CLAIF_CHECK(refuse_first_warning(draft));
  CLAIF_TRY(out.messages.beta, read_beta(draft.get(Param::anthropic_beta)));
  out.messages.model = std::move(model.id);
  out.messages.tools = reading.tools.names();
  if (const json::Value* extra = draft.get(Param::anthropic)) {
    CLAIF_CHECK(merge_into(out.messages, *extra, "anthropic"));
    for (const std::string_view name : {"temperature", "top_p", "top_k"})
      draft.sends_sampling |= json::find(*extra, name) != nullptr;
  }
  out.messages.api_version = api_version(draft.sends_sampling);
  out.warnings.assign(draft.warnings.begin(), draft.warnings.end());
  return out;
}

}  // namespace claif::wire

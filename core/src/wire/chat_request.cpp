#include "wire/chat_request.hpp"

#include "wire/chat_draft.hpp"

#include <algorithm>

namespace claif::wire {
namespace {

constexpr std::array<std::string_view, static_cast<size_t>(Param::count)> kParamNames{
    "audio",
    "anthropic_beta",
    "frequency_penalty",
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
    "prompt_cache_retention",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_k",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity"};

void collect(const json::Value& root, Draft& draft) {
  for (auto it = root.MemberBegin(); it != root.MemberEnd(); ++it) {
    if (it->value.IsNull()) continue;  // null means absent
    const std::string_view name = json::text(it->name);
    const auto known = std::find(kParamNames.begin(), kParamNames.end(), name);
    if (known == kParamNames.end())
      draft.warn(name, "unknown");
    else
      draft.params[static_cast<size_t>(known - kParamNames.begin())] = &it->value;
  }
}

Result<ResolvedModel> read_model(const Draft& draft, const ChatOptions& options) {
  const json::Value* model = draft.get(Param::model);
  if (model == nullptr) return missing("model");
  if (!model->IsString()) return invalid_type("model", "a string");
  return resolve_model(json::text(*model), options.aliases);
}

struct StreamChoice {
  bool stream = false, include_usage = false;
};

Result<StreamChoice> read_stream(const Draft& draft) {
  StreamChoice out;
  if (const json::Value* v = draft.get(Param::stream)) {
    if (!v->IsBool()) return invalid_type("stream", "true or false");
    out.stream = v->GetBool();
  }
  if (const json::Value* v = draft.get(Param::stream_options)) {
    if (!v->IsObject()) return invalid_type("stream_options", "an object");
    if (!out.stream)
      return invalid_value("stream_options", "'stream_options' is only allowed with stream: true");
    if (const json::Value* usage = json::find(*v, "include_usage")) {
      if (!usage->IsBool()) return invalid_type("stream_options.include_usage", "true or false");
      out.include_usage = usage->GetBool();
    }
  }
  return out;
}

Result<std::string> read_beta(const Draft& draft) {
  std::string out;
  const json::Value* v = draft.get(Param::anthropic_beta);
  if (v == nullptr) return out;
  if (!v->IsArray()) return invalid_type("anthropic_beta", "a list of strings");
  for (const auto& item : v->GetArray()) {
    if (!item.IsString()) return invalid_type("anthropic_beta", "a list of strings");
    if (!out.empty()) out += ',';
    out += json::text(item);
  }
  if (out.find_first_of("\r\n") != std::string::npos)
    return invalid_value("anthropic_beta", "'anthropic_beta' must not contain line breaks");
  return out;
}

Result<void> refuse_first_warning(const Draft& draft) {
  if (draft.warnings.empty()) return {};
  const std::string& first = *draft.warnings.begin();
  std::string param = first.substr(0, first.rfind(':'));
  std::string message =
      "'" + param + "' cannot be honoured as it is (" + first + "), and strict mode is on";
  return fail(bad_param(std::move(param), "unsupported_parameter", std::move(message)));
}

}  // namespace

Result<ChatRequest> decode_chat(std::string body, const ChatOptions& options) {
  const size_t size = body.size();
  auto doc = json::parse(std::move(body));
  if (!doc) {
    doc.error().message = "the request body is " + doc.error().message;
    doc.error().reason = "invalid_json";
    return fail(std::move(doc.error()));
  }
  if (!doc->root().IsObject())
    return fail(bad_param("", "invalid_json", "the request body must be a JSON object"));
  Draft draft;
  collect(doc->root(), draft);

  ChatRequest out;
  CLAIF_TRY(ResolvedModel model, read_model(draft, options));
  draft.model = &model.row;
  draft.model_id = model.id;
  CLAIF_TRY(const StreamChoice stream, read_stream(draft));
  CLAIF_CHECK(check_ignored(draft));

  json::Writer json(size + 256);
  json.object().key("model").string(model.id);
  CLAIF_TRY(out.messages.max_tokens, write_limits(draft, json));
  CLAIF_CHECK(write_sampling(draft, json));
  CLAIF_CHECK(write_identity(draft, json));
  if (stream.stream) json.key("stream").boolean(true);
  CLAIF_CHECK(write_tools(draft, json, out.messages.tools));
  CLAIF_TRY(const MessagesSpan span, write_messages(draft, json));
  json.end_object();

  if (options.strict) CLAIF_CHECK(refuse_first_warning(draft));
  CLAIF_TRY(out.messages.beta, read_beta(draft));
  out.messages.body = json.take();
  out.messages.messages_begin = span.begin;
  out.messages.messages_end = span.end;
  out.messages.model = std::move(model.id);
  out.messages.stream = stream.stream;
  out.messages.api_version = draft.sends_sampling ? "2023-06-01" : "2026-10-21";
  out.include_usage = stream.include_usage;
  out.warnings.assign(draft.warnings.begin(), draft.warnings.end());
  return out;
}

}  // namespace claif::wire

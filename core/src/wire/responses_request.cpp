#include "wire/responses_request.hpp"

#include "wire/body.hpp"
#include "wire/params.hpp"
#include "wire/response_format.hpp"
#include "wire/responses_draft.hpp"
#include "wire/thinking.hpp"

namespace claif::wire {
namespace {

Result<const json::Value*> object_of(const ResponsesDraft& draft, const char* name) {
  const json::Value* v = draft.get(name);
  if (v != nullptr && !v->IsObject()) return invalid_type(name, "an object");
  return v;
}

// Q7: without a local store nothing is kept.
Result<bool> read_store(ResponsesDraft& draft, bool keeps) {
  CLAIF_TRY(const bool store, optional_bool(draft.get("store"), "store", keeps));
  if (store && !keeps) draft.warn("store", "ignored");
  return store && keeps;
}

Result<void> check_previous(const ResponsesDraft& draft, const ResponsesOptions& options) {
  CLAIF_TRY(const std::string_view id,
            optional_string(draft.get("previous_response_id"), "previous_response_id"));
  if (draft.get("previous_response_id") == nullptr || options.history) return {};
  return fail(previous_response_not_found(
      id, options.keeps ? "" : "this gateway keeps no responses: set responses.use"));
}

// What has to be read before the first member is written, because one decides about another.
struct Reading {
  explicit Reading(ResponsesDraft& draft) : tools(draft), conversation(draft) {}
  ToolSet tools;
  Conversation conversation;
  FormatChoice format;
  ThinkingChoice thinking;
  std::string cache_control;
};

// Q4: reasoning.effort, and a summary when one is asked for.
Result<ReasoningWish> read_reasoning(const ResponsesDraft& draft, bool& include_reasoning) {
  CLAIF_TRY(const json::Value* const reasoning, object_of(draft, "reasoning"));
  const json::Value* wish = draft.get("include_reasoning");
  CLAIF_TRY(include_reasoning, optional_bool(wish, "include_reasoning", true));
  ReasoningWish out{nullptr, "reasoning.effort", draft.get("thinking"),
                    wish != nullptr && include_reasoning};
  if (reasoning == nullptr) return out;
  out.effort = json::find(*reasoning, "effort");
  for (const char* name : {"summary", "generate_summary"}) {
    const std::string param = "reasoning." + std::string(name);
    CLAIF_TRY(const std::string_view kind, optional_string(json::find(*reasoning, name), param));
    if (kind.empty()) continue;
    if (kind != "auto" && kind != "concise" && kind != "detailed")
      return invalid_value(param, "'" + param + "' must be auto, concise or detailed");
    out.summaries = include_reasoning;
  }
  return out;
}

Result<void> read_text(ResponsesDraft& draft, Reading& reading, ResponsesEcho& echo) {
  CLAIF_TRY(const json::Value* const text, object_of(draft, "text"));
  if (text == nullptr) return {};
  CLAIF_CHECK(check_verbosity(draft, json::find(*text, "verbosity"), "text.verbosity"));
  CLAIF_TRY(reading.format,
            choose_format(draft, json::find(*text, "format"), "text.format", false));
  if (reading.format.json_schema && reading.conversation.ends_with_prefill())  // P10
    return invalid_value("text.format",
                         "a json_schema cannot be met by an answer that the last item begins");
  if (reading.format.prompt.empty()) return {};
  echo.strip_fence = true;
  reading.conversation.add_final_system(reading.format.prompt);
  return {};
}

Result<void> read_all(ResponsesDraft& draft,
                      const ResponsesOptions& options,
                      Reading& reading,
                      ResponsesRequest& out) {
  CLAIF_TRY(const auto limit, token_limit(draft.get("max_output_tokens"), "max_output_tokens"));
  out.messages.max_tokens = clamp_tokens(draft, limit, "max_output_tokens");
  CLAIF_CHECK(read_tools(draft, reading.tools));
  const std::vector<PastTurn> none;
  CLAIF_CHECK(read_input(draft, options.history ? *options.history : none, reading.conversation));
  CLAIF_CHECK(read_text(draft, reading, out.echo));
  reading.tools.synthesize(reading.conversation.called_tools());
  CLAIF_TRY(const ReasoningWish wish, read_reasoning(draft, out.echo.include_reasoning));
  CLAIF_TRY(reading.thinking, choose_thinking(draft, wish,
                                              {out.messages.max_tokens, reading.tools.forced(),
                                               reading.conversation.ends_with_prefill(),
                                               reading.conversation.last_calls_lack_thinking()}));
  CLAIF_TRY(reading.cache_control,
            request_cache_control(draft.get("cache_control"), draft.get("prompt_cache_options")));
  std::vector<std::string*> marks;
  reading.tools.collect_cache_controls(marks);
  reading.conversation.collect_cache_controls(marks);
  if (!reading.cache_control.empty()) marks.push_back(&reading.cache_control);
  trim_cache_controls(draft, marks);
  return {};
}

Result<void> write_body(ResponsesDraft& draft,
                        const Reading& reading,
                        MessagesRequest& out,
                        size_t size) {
  json::Writer json(size + 256);
  json.object().key("model").string(draft.model_id);
  if (out.stream) json.key("stream").boolean(true);
  json.key("max_tokens").integer(out.max_tokens);
  if (!reading.cache_control.empty()) json.key("cache_control").raw(reading.cache_control);
  write_output_config(reading.thinking, reading.format, json);
  CLAIF_CHECK(write_sampling(
      draft, {draft.get("temperature"), draft.get("top_p"), draft.get("top_k")}, json));
  CLAIF_CHECK(write_identity(
      draft, {draft.get("safety_identifier"), draft.get("user"), draft.get("metadata"), true},
      json));
  CLAIF_CHECK(write_service_tier(draft, draft.get("service_tier"), json));
  reading.tools.write(json);
  write_conversation(reading.conversation, json, out);
  return {};
}

Result<ResolvedModel> read_model(const ResponsesDraft& draft, const ModelAliases& aliases) {
  const json::Value* model = draft.get("model");
  if (model == nullptr) return missing("model");
  if (!model->IsString()) return invalid_type("model", "a string");
  return resolve_model(json::text(*model), aliases);
}

}  // namespace

Result<ResponsesRequest> decode_responses(std::string body, const ResponsesOptions& options) {
  size_t size = body.size();
  if (options.history)
    for (const PastTurn& turn : *options.history)
      size += turn.items.size();
  CLAIF_TRY(const json::Document doc, parse_request(std::move(body)));
  ResponsesDraft draft;
  draft.root = &doc.root();
  warn_of_unknown(draft);

  ResponsesRequest out;
  CLAIF_TRY(ResolvedModel model, read_model(draft, options.aliases));
  draft.model = &model.row;
  draft.model_id = model.id;
  draft.head = head_of(draft);
  CLAIF_TRY(out.messages.stream, optional_bool(draft.get("stream"), "stream"));
  CLAIF_TRY(const json::Value* const stream_options, object_of(draft, "stream_options"));
  static_cast<void>(stream_options);  // include_obfuscation: there is nothing to hide
  CLAIF_CHECK(check_ignored(draft));
  CLAIF_TRY(const bool store, read_store(draft, options.keeps));
  CLAIF_CHECK(check_previous(draft, options));
  Reading reading(draft);
  CLAIF_CHECK(read_all(draft, options, reading, out));
  CLAIF_CHECK(write_body(draft, reading, out.messages, size));

  if (options.strict) {
    CLAIF_CHECK(refuse_first_warning(draft));
  }
  CLAIF_TRY(out.messages.beta, read_beta(draft.get("anthropic_beta")));
  out.messages.model = std::move(model.id);
  out.messages.tools = reading.tools.names();
  if (const json::Value* extra = draft.get("anthropic")) {
    CLAIF_CHECK(merge_into(out.messages, *extra, "anthropic"));
    for (const std::string_view name : {"temperature", "top_p", "top_k"})
      draft.sends_sampling |= json::find(*extra, name) != nullptr;
  }
  out.messages.api_version = api_version(draft.sends_sampling);
  out.warnings.assign(draft.warnings.begin(), draft.warnings.end());
  repeat_request(draft, out.echo);
  out.echo.store = store;
  out.head = std::move(draft.head);
  if (const json::Value* previous = draft.get("previous_response_id"))
    out.previous = json::text(*previous);
  if (store) out.input_items = listed_input(draft, options.id);
  return out;
}

Result<std::optional<std::string>> previous_response_id(std::string_view body) {
  // Most requests name none: they are parsed once, by decode_responses.
  if (body.find(R"("previous_response_id")") == std::string_view::npos)
    return std::optional<std::string>();
  CLAIF_TRY(const json::Document doc, parse_request(std::string(body)));
  const json::Value* given = json::find(doc.root(), "previous_response_id");
  if (given == nullptr) return std::optional<std::string>();
  CLAIF_TRY(const std::string_view id, optional_string(given, "previous_response_id"));
  return std::optional(std::string(id));
}

Error previous_response_not_found(std::string_view id, std::string_view hint) {
  std::string message = "Previous response with id '" + std::string(id) + "' not found.";
  if (!hint.empty()) message.append(" (").append(hint) += ')';
  return bad_param("previous_response_id", "previous_response_not_found", std::move(message));
}

}  // namespace claif::wire

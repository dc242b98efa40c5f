#include "wire/responses_request.hpp"

#include "wire/body.hpp"
#include "wire/model_table.hpp"
#include "wire/responses_draft.hpp"

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

Result<void> read_text(ResponsesDraft& draft, Composition& parts, ResponsesEcho& echo) {
  CLAIF_TRY(const json::Value* const text, object_of(draft, "text"));
  if (text == nullptr) return {};
  CLAIF_CHECK(check_verbosity(draft, json::find(*text, "verbosity"), "text.verbosity"));
  CLAIF_TRY(parts.format, choose_format(draft, json::find(*text, "format"), "text.format", false));
  CLAIF_TRY(echo.strip_fence, place_format(parts, "text.format", "item"));
  return {};
}

Result<void> read_all(ResponsesDraft& draft,
                      const ResponsesOptions& options,
                      Composition& parts,
                      ResponsesRequest& out) {
  CLAIF_TRY(const auto limit, token_limit(draft.get("max_output_tokens"), "max_output_tokens"));
  out.messages.max_tokens = clamp_tokens(draft, limit, "max_output_tokens");
  CLAIF_CHECK(read_tools(draft, parts.tools));
  const std::vector<PastTurn> none;
  CLAIF_CHECK(read_input(draft, options.history ? *options.history : none, parts.conversation));
  CLAIF_CHECK(read_text(draft, parts, out.echo));
  parts.tools.synthesize(parts.conversation.called_tools());
  CLAIF_TRY(const ReasoningWish wish, read_reasoning(draft, out.echo.include_reasoning));
  CLAIF_CHECK(place_thinking(draft, wish, out.messages.max_tokens, parts));
  return place_cache_controls(draft, draft.get("cache_control"), draft.get("prompt_cache_options"),
                              parts);
}

Result<void> write_body(ResponsesDraft& draft,
                        const ResponsesOptions& options,
                        const Composition& parts,
                        const json::Document& source,
                        MessagesRequest& out) {
  size_t size = source.size() + 256;
  if (options.history)
    for (const PastTurn& turn : *options.history)
      size += turn.items.size();
  json::Writer json(size, source);
  begin_body(draft, out, json);
  return finish_body(
      draft, parts,
      {{draft.get("temperature"), draft.get("top_p"), draft.get("top_k")},
       {draft.get("safety_identifier"), draft.get("user"), draft.get("metadata"), true},
       draft.get("service_tier")},
      json, out);
}

}  // namespace

Result<ResponsesRequest> decode_responses(const json::Document& doc,
                                          const ResponsesOptions& options) {
  ResponsesDraft draft;
  draft.root = &doc.root();
  warn_of_unknown(draft);

  ResponsesRequest out;
  CLAIF_TRY(const ResolvedModel model,
            read_model(draft.get("model"), options.aliases, options.models.get()));
  draft.model = &model.row;
  draft.model_id = model.id;
  draft.head = head_of(draft);
  CLAIF_TRY(out.messages.stream, optional_bool(draft.get("stream"), "stream"));
  CLAIF_CHECK(object_of(draft, "stream_options"));  // include_obfuscation: there is nothing to hide
  CLAIF_CHECK(check_ignored(draft));
  CLAIF_TRY(const bool store, read_store(draft, options.keeps));
  CLAIF_CHECK(check_previous(draft, options));
  Composition parts(draft);
  CLAIF_CHECK(read_all(draft, options, parts, out));
  CLAIF_CHECK(write_body(draft, options, parts, doc, out.messages));
  CLAIF_CHECK(finish_request(draft,
                             {options.strict, draft.get("anthropic_beta"), draft.get("anthropic")},
                             parts.tools, out.messages));
  out.warnings.assign(draft.warnings.begin(), draft.warnings.end());
  repeat_request(draft, out.echo);
  out.echo.store = store;
  out.head = std::move(draft.head);
  if (const json::Value* previous = draft.get("previous_response_id"))
    out.previous = json::text(*previous);
  if (store) out.input_items = listed_input(draft, options.id);
  return out;
}

Result<std::optional<std::string>> previous_response_id(const json::Document& request) {
  const json::Value* given = json::find(request.root(), "previous_response_id");
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

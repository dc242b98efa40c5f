#include "wire/body.hpp"

#include <algorithm>

namespace claif::wire {
namespace {

constexpr size_t kMostCacheControls = 4;

// Writes the members of `root` but those that `extra` has, then those of `extra`: model and stream
// first, as decode_chat does, and the messages last, so that their place in the text is known.
// Returns what is wrong, or nothing.
std::string place(MessagesRequest& request, const json::Value& root, const json::Value& extra) {
  const auto member = [&](std::string_view name) {
    const json::Value* over = json::find(extra, name);
    return over != nullptr ? over : json::find(root, name);
  };
  const json::Value* messages = member("messages");
  if (messages == nullptr || !messages->IsArray() || messages->Empty()) return "it has no messages";
  const json::Value* stream = member("stream");
  if ((stream != nullptr && stream->IsTrue()) != request.stream) return "it changes 'stream'";
  const json::Value* model = member("model");
  if (model == nullptr || !model->IsString()) return "it has no model";

  json::Writer out(request.body.size() + 256);
  out.object().key("model").value(*model);
  if (request.stream) out.key("stream").boolean(true);
  const auto copy = [&](const json::Value& object, const json::Value* but) {
    for (const auto& entry : object.GetObject()) {
      const std::string_view name = json::text(entry.name);
      if (name == "messages" || name == "model" || name == "stream" || entry.value.IsNull())
        continue;
      if (but == nullptr || json::find(*but, name) == nullptr) out.any_key(name).value(entry.value);
    }
  };
  copy(root, &extra);
  copy(extra, nullptr);
  out.key("messages").array();
  request.messages_begin = out.view().size();
  for (const auto& message : messages->GetArray())
    out.value(message);
  request.messages_end = out.view().size();
  out.end_array().end_object();
  request.model = json::text(*model);
  if (const json::Value* tokens = member("max_tokens"); tokens != nullptr && tokens->IsInt64())
    request.max_tokens = tokens->GetInt64();
  request.tools.clear();
  if (const json::Value* tools = member("tools"); tools != nullptr && tools->IsArray())
    for (const auto& tool : tools->GetArray())
      request.tools.emplace_back(json::string_or(tool, "name"));
  request.body = out.take();
  return {};
}

// The members "thinking" and "output_config", as needed.
void write_output_config(const ThinkingChoice& thinking,
                         const FormatChoice& format,
                         json::Writer& out) {
  if (!thinking.thinking.empty()) out.key("thinking").raw(thinking.thinking);
  if (thinking.effort.empty() && format.format.empty()) return;
  out.key("output_config").object();
  if (!thinking.effort.empty()) out.key("effort").string(thinking.effort);
  if (!format.format.empty()) out.key("format").raw(format.format);
  out.end_object();
}

}  // namespace

Result<json::Document> parse_request(std::string body) {
  auto doc = json::parse(std::move(body));
  if (!doc) {
    doc.error().message = "the request body is " + doc.error().message;
    doc.error().reason = "invalid_json";
    return fail(std::move(doc.error()));
  }
  if (!doc->root().IsObject())
    return fail(bad_param("", "invalid_json", "the request body must be a JSON object"));
  return doc;
}

Result<ResolvedModel> read_model(const json::Value* model,
                                 const ModelAliases& aliases,
                                 const ModelTable* table) {
  if (model == nullptr) return missing("model");
  if (!model->IsString()) return invalid_type("model", "a string");
  return resolve_model(json::text(*model), aliases, table);
}

Result<bool> place_format(Composition& parts, const std::string& param, const std::string& last) {
  if (parts.format.json_schema && parts.conversation.ends_with_prefill())
    return invalid_value(
        param, "a json_schema cannot be met by an answer that the last " + last + " begins");
  if (parts.format.prompt.empty()) return false;
  parts.conversation.add_final_system(parts.format.prompt);
  return true;
}

Result<void> place_thinking(Draft& draft,
                            const ReasoningWish& wish,
                            int64_t max_tokens,
                            Composition& parts) {
  CLAIF_TRY(parts.thinking, choose_thinking(draft, wish,
                                            {max_tokens, parts.tools.forced(),
                                             parts.conversation.ends_with_prefill(),
                                             parts.conversation.last_calls_lack_thinking()}));
  return {};
}

Result<void> place_cache_controls(Draft& draft,
                                  const json::Value* cache_control,
                                  const json::Value* prompt_cache_options,
                                  Composition& parts) {
  CLAIF_TRY(parts.cache_control, request_cache_control(cache_control, prompt_cache_options));
  std::vector<std::string*> marks;
  parts.tools.collect_cache_controls(marks);
  parts.conversation.collect_cache_controls(marks);
  if (!parts.cache_control.empty()) marks.push_back(&parts.cache_control);
  if (marks.size() <= kMostCacheControls) return {};
  draft.warn("cache_control", "trimmed");
  for (size_t i = 0; i + kMostCacheControls < marks.size(); ++i)
    marks[i]->clear();
  return {};
}

void begin_body(const Draft& draft, const MessagesRequest& request, json::Writer& out) {
  out.object().key("model").string(draft.model_id);
  if (request.stream) out.key("stream").boolean(true);
  out.key("max_tokens").integer(request.max_tokens);
}

Result<void> finish_body(Draft& draft,
                         const Composition& parts,
                         const BodyParams& params,
                         json::Writer& out,
                         MessagesRequest& request) {
  if (!parts.cache_control.empty()) out.key("cache_control").raw(parts.cache_control);
  write_output_config(parts.thinking, parts.format, out);
  CLAIF_CHECK(write_sampling(draft, params.sampling, out));
  CLAIF_CHECK(write_identity(draft, params.identity, out));
  CLAIF_CHECK(write_service_tier(draft, params.service_tier, out));
  parts.tools.write(out);
  parts.conversation.write_system(out);
  out.key("messages").array();
  request.messages_begin = out.view().size();
  parts.conversation.write_messages(out);
  request.messages_end = out.view().size();
  out.end_array().end_object();
  request.body = out.take();
  return {};
}

Result<void> finish_request(Draft& draft,
                            const Extensions& extensions,
                            const ToolSet& tools,
                            MessagesRequest& request) {
  if (extensions.strict) CLAIF_CHECK(refuse_first_warning(draft));
  CLAIF_TRY(request.beta, read_beta(extensions.anthropic_beta));
  request.model = draft.model_id;
  request.tools = tools.names();
  if (extensions.anthropic != nullptr) {
    CLAIF_CHECK(merge_into(request, *extensions.anthropic, "anthropic"));
    for (const std::string_view name : {"temperature", "top_p", "top_k"})
      draft.sends_sampling |= json::find(*extensions.anthropic, name) != nullptr;
  }
  request.api_version = draft.sends_sampling ? "2023-06-01" : "2026-10-21";  // U2
  return {};
}

Result<void> merge_into(MessagesRequest& request,
                        const json::Value& extra,
                        const std::string& param) {
  if (!extra.IsObject()) return invalid_type(param, "an object");
  if (extra.ObjectEmpty()) return {};
  CLAIF_TRY(const json::Document doc, json::parse(request.body));
  const std::string problem = place(request, doc.root(), extra);
  if (!problem.empty())
    return invalid_value(param, "'" + param + "' does not fit the request: " + problem);
  return {};
}

}  // namespace claif::wire

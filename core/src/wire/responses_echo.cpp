// What of a Responses request goes back to the client, or into a store.
#include "base/sha256.hpp"
#include "wire/responses_draft.hpp"

namespace claif::wire {
namespace {

void repeat(const ResponsesDraft& draft, std::string_view name, std::string& to) {
  if (const json::Value* v = draft.get(name)) to = json::dump(*v);
}

void value_or_null(json::Writer& out, const json::Value* v) {
  if (v != nullptr)
    out.value(*v);
  else
    out.null();
}

std::string reasoning_of(const json::Value& reasoning) {
  json::Writer out;
  value_or_null(out.object().key("effort"), json::find(reasoning, "effort"));
  value_or_null(out.key("summary"), json::find(reasoning, "summary"));
  return out.end_object().take();
}

std::string text_of(const json::Value& text) {
  json::Writer out;
  out.object().key("format");
  if (const json::Value* format = json::find(text, "format"))
    out.value(*format);
  else
    out.raw(R"({"type":"text"})");
  if (const json::Value* verbosity = json::find(text, "verbosity"))
    out.key("verbosity").value(*verbosity);
  return out.end_object().take();
}

bool includes(const ResponsesDraft& draft, std::string_view what) {
  const json::Value* include = draft.get("include");
  if (include == nullptr) return false;
  for (const auto& entry : include->GetArray())
    if (json::text(entry) == what) return true;
  return false;
}

// A content as a list of parts.
void write_content(const json::Value& content, bool said, json::Writer& out) {
  if (!content.IsString()) {
    out.value(content);
    return;
  }
  out.array().object().key("type").string(said ? "output_text" : "input_text");
  out.key("text").string(json::text(content));
  if (said) out.key("annotations").raw("[]").key("logprobs").raw("[]");
  out.end_object().end_array();
}

std::string_view id_prefix(std::string_view type) {
  if (type == "message") return "msg";
  if (type == "function_call") return "fc";
  if (type == "function_call_output") return "fco";
  return type == "reasoning" ? "rs" : "item";
}

void write_listed(const json::Value& item, const std::string& own_id, json::Writer& out) {
  const bool is_message = json::string_or(item, "type", "message") == "message";
  const json::Value* content = is_message ? json::find(item, "content") : nullptr;
  const std::string_view id = json::string_or(item, "id");
  out.object().key("id").string(id.empty() ? std::string_view(own_id) : id);
  if (json::find(item, "type") == nullptr) out.key("type").string("message");
  for (const auto& member : item.GetObject()) {
    const std::string_view name = json::text(member.name);
    if (name == "id" || member.value.IsNull()) continue;
    out.any_key(name);
    if (&member.value == content)
      write_content(*content, json::string_or(item, "role") == "assistant", out);
    else
      out.value(member.value);
  }
  out.end_object();
}

}  // namespace

void repeat_request(const ResponsesDraft& draft, ResponsesEcho& out) {
  repeat(draft, "instructions", out.instructions);
  repeat(draft, "tools", out.tools);
  repeat(draft, "tool_choice", out.tool_choice);
  repeat(draft, "parallel_tool_calls", out.parallel_tool_calls);
  repeat(draft, "temperature", out.temperature);
  repeat(draft, "top_p", out.top_p);
  repeat(draft, "max_output_tokens", out.max_output_tokens);
  repeat(draft, "metadata", out.metadata);
  repeat(draft, "previous_response_id", out.previous_response_id);
  if (const json::Value* reasoning = draft.get("reasoning"))
    out.reasoning = reasoning_of(*reasoning);
  if (const json::Value* text = draft.get("text")) out.text = text_of(*text);
  out.include_encrypted_content = includes(draft, "reasoning.encrypted_content");
}

std::string head_of(const ResponsesDraft& draft) {
  json::Writer out;
  out.object().key("model").string(draft.model_id);
  for (const std::string_view name : {"instructions", "tools", "anthropic"})
    if (const json::Value* v = draft.get(name)) out.any_key(name).value(*v);
  // A choice in a word changes no tools; an object may leave some out.
  if (const json::Value* choice = draft.get("tool_choice"); choice != nullptr && choice->IsObject())
    out.key("tool_choice").value(*choice);
  if (const json::Value* text = draft.get("text"))  // F2 writes into the system text
    if (const json::Value* format = json::find(*text, "format")) out.key("format").value(*format);
  return hex(sha256(out.end_object().take()));
}

std::string listed_input(const ResponsesDraft& draft, std::string_view response_id) {
  const ResponseIds ids(response_id);
  const json::Value& input = *draft.get("input");
  json::Writer out;
  out.array();
  if (input.IsString()) {
    out.object().key("id").string(ids.input("msg", 0)).key("type").string("message");
    write_content(input, false, out.key("role").string("user").key("content"));
    out.end_object();
  } else {
    for (unsigned i = 0; i < input.Size(); ++i) {
      const std::string_view type = json::string_or(input[i], "type", "message");
      write_listed(input[i], ids.input(id_prefix(type), i), out);
    }
  }
  return out.end_array().take();
}

}  // namespace claif::wire

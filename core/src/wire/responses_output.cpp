#include "wire/responses_output.hpp"

#include "base/limits.hpp"
#include "wire/code_fence.hpp"
#include "wire/finish_reason.hpp"
#include "wire/reasoning_carrier.hpp"

#include <algorithm>

namespace claif::wire {
namespace {

std::string_view name_of(ItemStatus status) {
  switch (status) {
    case ItemStatus::in_progress:
      return "in_progress";
    case ItemStatus::completed:
      return "completed";
    case ItemStatus::incomplete:
      return "incomplete";
  }
  return "incomplete";
}

// As BlockBuilder sees it: an object that fits into a request, where five levels are around it.
bool is_input(const json::Value& v) {
  return v.IsObject() && json::is_within(v, limits::kJsonDepth - 5);
}

struct BodyWriter {
  json::Writer& out;
  const OutputItem& item;
  bool encrypted;

  json::Writer& begin(std::string_view type) const {
    return out.object().key("id").string(item.id).key("type").string(type);
  }
  void operator()(const MessageItem& message) const {
    begin("message").key("role").string("assistant").key("status").string(name_of(item.status));
    out.key("content").array();
    if (message.has_text) write_text_part(out, message);
    if (!message.refusal.empty()) write_refusal_part(out, message.refusal);
    out.end_array().end_object();
  }
  void operator()(const ReasoningItem& reasoning) const {
    begin("reasoning").key("summary").array();
    if (!reasoning.summary.empty()) write_summary_part(out, reasoning.summary);
    out.end_array();
    if (encrypted && !reasoning.block.empty())
      out.key("encrypted_content").string(seal_reasoning(reasoning.block));
    out.end_object();
  }
  void operator()(const FunctionCallItem& call) const {
    begin("function_call").key("call_id").string(call.call_id).key("name").string(call.name);
    out.key("arguments").string(call.arguments).key("status").string(name_of(item.status));
    out.end_object();
  }
  void operator()(const WebSearchItem& search) const {
    begin("web_search_call").key("status").string(name_of(item.status)).key("action").object();
    out.key("type").string("search").key("query").string(search.query).end_object().end_object();
  }
};

}  // namespace

void MessageItem::append(std::string_view more) {
  text += more;
  length += code_points(more);
}

void MessageItem::strip_fence() {
  const std::string_view inside = without_fence(text);
  if (inside.size() == text.size()) return;
  const auto before = static_cast<size_t>(inside.data() - text.data());
  const size_t removed = code_points(std::string_view(text).substr(0, before));
  length = code_points(inside);
  for (UrlCitation& citation : citations)
    for (size_t* offset : {&citation.begin, &citation.end})
      *offset = std::min(*offset - std::min(*offset, removed), length);
  text = std::string(inside);
}

void ResponseOutput::strip_fences() {
  for (OutputItem& item : items_)
    if (auto* message = std::get_if<MessageItem>(&item.body)) message->strip_fence();
}

void ResponseOutput::write(json::Writer& out, bool encrypted, bool refused) const {
  out.array();
  for (const OutputItem& item : items_)
    if (!refused || !std::holds_alternative<FunctionCallItem>(item.body))
      write_item(out, item, encrypted);
  out.end_array();
}

void write_item(json::Writer& out, const OutputItem& item, bool encrypted) {
  std::visit(BodyWriter{out, item, encrypted}, item.body);
}

void write_text_part(json::Writer& out, const MessageItem& message) {
  out.object().key("type").string("output_text").key("text").string(message.text);
  out.key("annotations").array();
  for (const UrlCitation& citation : message.citations)
    write_url_citation(out, citation);
  out.end_array().key("logprobs").raw("[]").end_object();
}

void write_refusal_part(json::Writer& out, std::string_view refusal) {
  out.object().key("type").string("refusal").key("refusal").string(refusal).end_object();
}

void write_summary_part(json::Writer& out, std::string_view text) {
  out.object().key("type").string("summary_text").key("text").string(text).end_object();
}

void write_url_citation(json::Writer& out, const UrlCitation& citation) {
  out.object().key("type").string("url_citation");
  out.key("start_index").integer(static_cast<int64_t>(citation.begin));
  out.key("end_index").integer(static_cast<int64_t>(citation.end));
  out.key("url").string(citation.link.url).key("title").string(citation.link.title).end_object();
}

bool can_be_replayed(const json::Value& block) {
  return json::string_or(block, "type") != "thinking" ||
         !json::string_or(block, "signature").empty();
}

ResponseOutcome outcome_of(std::string_view stop_reason) {
  const std::string_view reason = finish_reason(stop_reason, false);
  if (reason == "content_filter") return {"incomplete", "content_filter"};
  if (reason == "length") return {"incomplete", "max_output_tokens"};
  return {"completed", {}};
}

ToolInput read_tool_input(std::string input) {
  const auto doc = json::parse(input);
  if (!doc || !is_input(doc->root())) return {std::move(input), false};
  const std::string_view raw = json::string_or(doc->root(), "INVALID_JSON");
  if (doc->root().MemberCount() != 1 || raw.empty()) return {std::move(input), true};
  // Claude may have meant the key after all: then its value would have been an object of itself.
  const auto inner = json::parse(std::string(raw));
  if (inner && is_input(inner->root())) return {std::move(input), true};
  return {std::string(raw), false};
}

std::string search_query(std::string_view input) {
  const auto doc = json::parse(std::string(input));
  return doc ? std::string(json::string_or(doc->root(), "query")) : std::string();
}

}  // namespace claif::wire

#include "wire/chat_response.hpp"
#include "wire/finish_reason.hpp"
#include "wire/openai_error.hpp"
#include "wire/usage.hpp"

namespace claif::wire {

ChatStreamEncoder::ChatStreamEncoder(std::string id, int64_t created, bool include_usage)
    : id_(std::move(id)), created_(created), include_usage_(include_usage) {}

bool ChatStreamEncoder::encode(const Event& event, std::string& out) {
  if (over_) return false;
  if (const auto* delta = std::get_if<TextDelta>(&event.body)) {
    if (!delta->text.empty()) text("content", delta->text, out);
  } else if (const auto* json = std::get_if<JsonDelta>(&event.body)) {
    if (BlockState* b = tool_block(json->index); b != nullptr && !json->partial_json.empty())
      tool_arguments(*b, json->partial_json, out);
  } else if (const auto* start_event = std::get_if<MessageStart>(&event.body)) {
    start(*start_event, out);
  } else if (const auto* begin = std::get_if<BlockStart>(&event.body)) {
    block_start(*begin, out);
  } else if (const auto* thinking = std::get_if<ThinkingDelta>(&event.body)) {
    if (!thinking->thinking.empty()) text("reasoning_content", thinking->thinking, out);
  } else if (const auto* stop = std::get_if<BlockStop>(&event.body)) {
    if (BlockState* b = tool_block(stop->index); b != nullptr && !b->has_arguments)
      tool_arguments(*b, b->input, out);
  } else if (const auto* change = std::get_if<MessageDelta>(&event.body)) {
    usage_.overwrite(change->usage);
    if (!change->stop_reason.empty()) stop_reason_ = change->stop_reason;
    if (!change->refusal.empty()) refusal_ = change->refusal;
  } else if (std::holds_alternative<MessageStop>(event.body)) {
    finish(out);
  } else if (const auto* error = std::get_if<StreamError>(&event.body)) {
    fail(from_stream_error(*error), out);
  }
  return !over_;
}

void ChatStreamEncoder::end(std::string& out) {
  if (over_) return;
  if (!stop_reason_.empty()) return finish(out);
  fail(stream_truncated(), out);
}

void ChatStreamEncoder::fail(const Error& error, std::string& out) {
  if (over_) return;
  over_ = true;
  out += "data: ";
  out += encode_error(error);
  out += "\n\n";
}

void ChatStreamEncoder::start(const MessageStart& event, std::string& out) {
  if (started_) return;  // S2: the same message again
  started_ = true;
  model_ = event.model;
  usage_ = event.usage;
  scratch_.clear();
  scratch_.object()
      .key("id")
      .string(id_)
      .key("object")
      .string("chat.completion.chunk")
      .key("created")
      .integer(created_);
  scratch_.key("model").string(model_);
  if (const auto tier = openai_tier(event.service_tier); !tier.empty())
    scratch_.key("service_tier").string(tier);
  head_ = "data: ";
  head_ += scratch_.view();
  head_ += R"(,"choices":[{"index":0,"delta":)";
  frame(R"({"role":"assistant","content":""})", {}, out);
}

void ChatStreamEncoder::block_start(const BlockStart& event, std::string& out) {
  if (event.kind == BlockKind::text && !event.text.empty()) text("content", event.text, out);
  if (event.kind == BlockKind::thinking && !event.text.empty())
    text("reasoning_content", event.text, out);
  if (event.kind != BlockKind::tool_use) return;
  const auto& tool = tools_.emplace_back(
      BlockState{event.index, static_cast<int>(tools_.size()), false, std::string(event.input)});
  scratch_.clear();
  scratch_.object()
      .key("tool_calls")
      .array()
      .object()
      .key("index")
      .integer(tool.tool)
      .key("id")
      .string(event.id);
  scratch_.key("type").string("function").key("function").object().key("name").string(event.name);
  scratch_.key("arguments").string("").end_object().end_object().end_array().end_object();
  frame(scratch_.view(), {}, out);
}

void ChatStreamEncoder::tool_arguments(BlockState& b, std::string_view fragment, std::string& out) {
  b.has_arguments = true;
  scratch_.clear();
  scratch_.object().key("tool_calls").array().object().key("index").integer(b.tool);
  scratch_.key("function")
      .object()
      .key("arguments")
      .string(fragment)
      .end_object()
      .end_object()
      .end_array()
      .end_object();
  frame(scratch_.view(), {}, out);
}

void ChatStreamEncoder::text(std::string_view key, std::string_view value, std::string& out) {
  scratch_.clear();
  scratch_.object().key(key).string(value).end_object();
  frame(scratch_.view(), {}, out);
}

void ChatStreamEncoder::finish(std::string& out) {
  over_ = true;
  const bool refused = stop_reason_ == "refusal";
  if (refused)
    text("refusal", refusal_.empty() ? kDefaultRefusal : std::string_view(refusal_), out);
  frame("{}", finish_reason(stop_reason_, !tools_.empty() && !refused), out);
  if (include_usage_) {
    scratch_.clear();
    write_openai_usage(scratch_, usage_);
    out += head_.substr(0, head_.rfind(R"([{"index")"));
    out += R"([],"usage":)";
    out += scratch_.view();
    out += "}\n\n";
  }
  out += "data: [DONE]\n\n";
}

ChatStreamEncoder::BlockState* ChatStreamEncoder::tool_block(int64_t index) {
  for (auto it = tools_.rbegin(); it != tools_.rend(); ++it)
    if (it->index == index) return &*it;
  return nullptr;
}

void ChatStreamEncoder::frame(std::string_view delta_json,
                              std::string_view reason,
                              std::string& out) {
  out += head_;
  out += delta_json;
  out += R"(,"logprobs":null,"finish_reason":)";
  if (reason.empty())
    out += "null";
  else
    (out += '"').append(reason) += '"';
  out += include_usage_ ? "}],\"usage\":null}\n\n" : "}]}\n\n";
}

}  // namespace claif::wire

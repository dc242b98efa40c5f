#include "wire/chat_response.hpp"
#include "wire/finish_reason.hpp"
#include "wire/openai_error.hpp"
#include "wire/usage.hpp"

#include <utility>

namespace claif::wire {

ChatStreamEncoder::ChatStreamEncoder(std::string id, int64_t created, const ChatEncoding& encoding)
    : encoding_(encoding), id_(std::move(id)), created_(created) {}

bool ChatStreamEncoder::encode(const Event& event, std::string& out) {
  if (over_) return false;
  if (const auto* error = std::get_if<StreamError>(&event.body)) {
    fail(from_stream_error(*error), out);
  } else if (const auto* first = std::get_if<MessageStart>(&event.body)) {
    start(*first, out);
  } else if (const auto* delta = std::get_if<TextDelta>(&event.body)) {
    content(*delta, out);
  } else if (const auto* json = std::get_if<JsonDelta>(&event.body)) {
    // S5: only what belongs to a call of the client's.
    if (OpenBlock* b = open_block(json->index); b && b->call >= 0 && !json->partial_json.empty())
      arguments(*b, json->partial_json, out);
  } else if (const auto* thinking = std::get_if<ThinkingDelta>(&event.body)) {
    reasoning(*thinking, out);
  } else if (const auto* signature = std::get_if<SignatureDelta>(&event.body)) {
    if (OpenBlock* b = open_block(signature->index); b && b->thinking) b->thinking->add(*signature);
  } else if (const auto* citation = std::get_if<CitationsDelta>(&event.body)) {
    cite(*citation);
  } else if (const auto* begin = std::get_if<BlockStart>(&event.body)) {
    start(*begin, out);
  } else if (const auto* end = std::get_if<BlockStop>(&event.body)) {
    stop(end->index, out);
  } else if (const auto* change = std::get_if<MessageDelta>(&event.body)) {
    usage_.overwrite(change->usage);
    if (!change->stop_reason.empty()) stop_reason_ = change->stop_reason;
    if (!change->refusal.empty()) refusal_ = change->refusal;
  } else if (std::holds_alternative<MessageStop>(event.body)) {
    finish(out);
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
  usage_ = event.usage;
  scratch_.clear();
  scratch_.object().key("id").string(id_).key("object").string("chat.completion.chunk");
  scratch_.key("created").integer(created_).key("model").string(event.model);
  if (const auto tier = openai_tier(event.service_tier); !tier.empty())
    scratch_.key("service_tier").string(tier);
  head_ = "data: ";
  head_ += scratch_.view();
  head_ += R"(,"choices":[{"index":0,"delta":)";
  frame(R"({"role":"assistant","content":""})", {}, out);
  each_block(event, [&](const BlockStart& block) {  // S2
    start(block, out);
    stop(block.index, out);
  });
}

void ChatStreamEncoder::start(const BlockStart& event, std::string& out) {
  OpenBlock& block = open_.emplace_back(OpenBlock{event.index, event.kind});
  if (event.kind == BlockKind::tool_use) {
    start_call(block, event, out);
  } else if (event.kind == BlockKind::text) {
    content({event.index, event.text}, out);
    open_.back().links = links_of(event.json);
  } else if (event.kind == BlockKind::thinking || event.kind == BlockKind::redacted_thinking) {
    reasoning({event.index, event.text}, out);
    if (encoding_.thinking_blocks) block.thinking.emplace(event);
  }
}

void ChatStreamEncoder::start_call(OpenBlock& block, const BlockStart& event, std::string& out) {
  const int call = calls_++;
  if (encoding_.legacy_functions && call > 0) return;  // S15: the first only
  block.call = call;
  block.input = event.input;
  scratch_.clear();
  scratch_.object();
  if (encoding_.legacy_functions) {
    scratch_.key("function_call").object().key("name").string(event.name);
    scratch_.key("arguments").string("").end_object();
  } else {
    scratch_.key("tool_calls").array().object().key("index").integer(call);
    scratch_.key("id").string(event.id).key("type").string("function").key("function").object();
    scratch_.key("name").string(event.name).key("arguments").string("").end_object();
    scratch_.end_object().end_array();
  }
  frame(scratch_.end_object().view(), {}, out);
}

void ChatStreamEncoder::arguments(OpenBlock& block, std::string_view fragment, std::string& out) {
  block.has_arguments = true;
  scratch_.clear();
  scratch_.object();
  if (encoding_.legacy_functions) {
    scratch_.key("function_call").object().key("arguments").string(fragment).end_object();
  } else {
    scratch_.key("tool_calls").array().object().key("index").integer(block.call);
    scratch_.key("function").object().key("arguments").string(fragment).end_object();
    scratch_.end_object().end_array();
  }
  frame(scratch_.end_object().view(), {}, out);
}

void ChatStreamEncoder::content(const TextDelta& delta, std::string& out) {
  if (delta.text.empty()) return;
  OpenBlock* block = open_block(delta.index);
  if (block == nullptr)  // S3
    block = &open_.emplace_back(OpenBlock{delta.index, BlockKind::text});
  if (block->kind != BlockKind::text) return;
  if (block->end == 0) block->begin = points_;
  points_ += code_points(delta.text);
  block->end = points_;
  text("content", delta.text, out);
}

void ChatStreamEncoder::reasoning(const ThinkingDelta& delta, std::string& out) {
  OpenBlock* block = open_block(delta.index);
  if (block == nullptr || block->kind != BlockKind::thinking || delta.thinking.empty()) return;
  if (block->thinking) block->thinking->add(delta);
  if (encoding_.reasoning) text("reasoning_content", delta.thinking, out);
}

void ChatStreamEncoder::cite(const CitationsDelta& delta) {
  OpenBlock* block = open_block(delta.index);
  if (block == nullptr || block->kind != BlockKind::text) return;
  if (const auto doc = json::parse(std::string(delta.citation)))
    append_link(doc->root(), block->links);
}

void ChatStreamEncoder::stop(int64_t index, std::string& out) {
  OpenBlock* block = open_block(index);
  if (block == nullptr) return;
  close(*block, out);
  open_.erase(open_.begin() + (block - open_.data()));
}

void ChatStreamEncoder::close(OpenBlock& block, std::string& out) {
  if (block.call >= 0 && !block.has_arguments) arguments(block, block.input, out);  // S4
  if (!block.links.empty()) {                                                       // S7
    if (block.end == 0) block.begin = block.end = points_;
    scratch_.clear();
    scratch_.object().key("annotations").array();
    for (const Link& link : block.links)
      write_annotation(scratch_, link, block.begin, block.end);
    frame(scratch_.end_array().end_object().view(), {}, out);
  }
  if (block.thinking) {  // S6
    scratch_.clear();
    block.thinking->write(scratch_.object().key("thinking_blocks").array());
    frame(scratch_.end_array().end_object().view(), {}, out);
  }
}

void ChatStreamEncoder::text(std::string_view key, std::string_view value, std::string& out) {
  scratch_.clear();
  scratch_.object().key(key).string(value).end_object();
  frame(scratch_.view(), {}, out);
}

void ChatStreamEncoder::finish(std::string& out) {
  over_ = true;
  for (OpenBlock& block : open_)  // their stop events did not come
    close(block, out);
  if (stop_reason_ == "refusal")
    text("refusal", refusal_.empty() ? kDefaultRefusal : std::string_view(refusal_), out);
  frame("{}", finish_reason(stop_reason_, calls_ > 0, encoding_.legacy_functions), out);
  if (encoding_.include_usage) {
    scratch_.clear();
    write_openai_usage(scratch_, usage_);
    out += head_.substr(0, head_.rfind(R"([{"index")"));
    out += R"([],"usage":)";
    out += scratch_.view();
    out += "}\n\n";
  }
  out += "data: [DONE]\n\n";
}

ChatStreamEncoder::OpenBlock* ChatStreamEncoder::open_block(int64_t index) {
  for (auto it = open_.rbegin(); it != open_.rend(); ++it)
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
  out += encoding_.include_usage ? "}],\"usage\":null}\n\n" : "}]}\n\n";
}

}  // namespace claif::wire

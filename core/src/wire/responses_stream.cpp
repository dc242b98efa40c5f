#include "wire/responses_stream.hpp"

#include "wire/block.hpp"
#include "wire/finish_reason.hpp"
#include "wire/openai_error.hpp"

#include <utility>

namespace claif::wire {
namespace {

// Of the blocks that a message starts with (S2); the stream's own count from 0.
constexpr int64_t kOutside = -1;

std::string thinking_block(std::string_view text, std::string_view signature) {
  json::Writer out;
  out.object().key("type").string("thinking").key("thinking").string(text);
  out.key("signature").string(signature).end_object();
  return out.take();
}

bool is_search(const BlockStart& event) {
  return event.kind == BlockKind::server_tool_use && event.name == "web_search";
}

}  // namespace

ResponsesStreamEncoder::ResponsesStreamEncoder(std::string id, int64_t created, ResponsesEcho echo)
    : id_(std::move(id)),
      created_(created),
      echo_(std::move(echo)),
      output_(ResponseIds(id_)),
      frames_(echo_.include_encrypted_content) {}

bool ResponsesStreamEncoder::encode(const Event& event, std::string& out) {
  if (over_) return false;
  if (const auto* piece = std::get_if<TextDelta>(&event.body)) {
    text(piece->index, piece->text, out);
  } else if (const auto* fragment = std::get_if<JsonDelta>(&event.body)) {
    input(fragment->index, fragment->partial_json, out);
  } else if (const auto* thought = std::get_if<ThinkingDelta>(&event.body)) {
    thinking(thought->index, thought->thinking, out);
  } else if (const auto* first = std::get_if<MessageStart>(&event.body)) {
    start(*first, out);
  } else if (const auto* begin = std::get_if<BlockStart>(&event.body)) {
    block_start(*begin, out);
  } else if (const auto* seal = std::get_if<SignatureDelta>(&event.body)) {
    signature(seal->index, seal->signature);
  } else if (const auto* source = std::get_if<CitationsDelta>(&event.body)) {
    citation(source->index, source->citation);
  } else if (const auto* end_of = std::get_if<BlockStop>(&event.body)) {
    block_stop(end_of->index, out);
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

void ResponsesStreamEncoder::end(std::string& out) {
  if (over_) return;
  if (!stop_reason_.empty()) return finish(out);  // S12
  fail(stream_truncated(), out);
}

void ResponsesStreamEncoder::fail(const Error& error, std::string& out) {
  if (over_) return;
  over_ = true;
  output_.abandon();
  ResponseState failed = state("failed");
  failed.error = &error;
  frames_.response("response.failed", failed, echo_, out);
}

std::string ResponsesStreamEncoder::object_to_keep() const {
  if (!finished_) return {};
  ResponsesEcho echo = echo_;
  echo.include_encrypted_content = true;
  json::Writer out(1024);
  write_response(out, final_state(), echo);
  return out.take();
}

void ResponsesStreamEncoder::start(const MessageStart& event, std::string& out) {
  if (std::exchange(started_, true)) return;  // S2: the same message again
  model_ = event.model;
  usage_ = event.usage;
  frames_.response("response.created", state("in_progress"), echo_, out);
  frames_.response("response.in_progress", state("in_progress"), echo_, out);
  each_block(event, [&](const BlockStart& block) { whole_block(block, out); });
}

void ResponsesStreamEncoder::whole_block(const BlockStart& block, std::string& out) {
  BlockStart outside = block;
  outside.index = kOutside;
  block_start(outside, out);
  if (const auto doc = json::parse(std::string(block.json))) {
    signature(kOutside, json::string_or(doc->root(), "signature"));
    if (auto* text = open_as<OpenText>(kOutside)) text->links = links_of(doc->root());
  }
  block_stop(kOutside, out);
}

void ResponsesStreamEncoder::block_start(const BlockStart& event, std::string& out) {
  if (event.kind == BlockKind::text) {
    OutputItem& item = message_for_text(out);
    open_.push_back({event.index, OpenText{&item, std::get<MessageItem>(item.body).length, {}}});
    return text(event.index, event.text, out);
  }
  close_message(ItemStatus::completed, out);
  if (event.kind == BlockKind::thinking) {
    open_.push_back({event.index, OpenThinking{&add(ReasoningItem{}, out), {}, {}}});
    thinking(event.index, event.text, out);
  } else if (event.kind == BlockKind::redacted_thinking) {
    OutputItem& item = add(ReasoningItem{}, out);
    std::get<ReasoningItem>(item.body).block = event.json;
    open_.push_back({event.index, OpenRedacted{&item}});
  } else if (event.kind == BlockKind::tool_use) {
    FunctionCallItem call{std::string(event.id), std::string(event.name), {}};
    OutputItem& item = add(std::move(call), out);
    open_.push_back({event.index, OpenCall{&item, std::string(event.input)}});
  } else if (is_search(event)) {
    OutputItem& item = add(WebSearchItem{}, out);
    open_.push_back({event.index, OpenSearch{&item, std::string(event.input), {}}});
  } else {
    open_.push_back({event.index, Skipped{}});
  }
}

void ResponsesStreamEncoder::text(int64_t index, std::string_view piece, std::string& out) {
  if (piece.empty()) return;
  if (open_block(index) == nullptr) {  // S3: a block without a start
    OutputItem& item = message_for_text(out);
    open_.push_back({index, OpenText{&item, std::get<MessageItem>(item.body).length, {}}});
  }
  auto* block = open_as<OpenText>(index);
  if (block == nullptr) return;
  OutputItem& item = message_for_text(out);
  auto& body = std::get<MessageItem>(item.body);
  if (block->item != &item) {  // a block of another kind ended the message under it
    block->item = &item;
    block->begin = body.length;
  }
  body.append(piece);
  frames_.text_delta(item, piece, out);
}

void ResponsesStreamEncoder::thinking(int64_t index, std::string_view piece, std::string& out) {
  auto* block = open_as<OpenThinking>(index);
  if (block == nullptr || piece.empty()) return;
  block->text += piece;
  if (!echo_.include_reasoning) return;
  auto& reasoning = std::get<ReasoningItem>(block->item->body);
  if (reasoning.summary.empty()) frames_.summary_added(*block->item, out);
  reasoning.summary += piece;
  frames_.summary_delta(*block->item, piece, out);
}

void ResponsesStreamEncoder::input(int64_t index, std::string_view fragment, std::string& out) {
  if (auto* search = open_as<OpenSearch>(index)) search->fragments += fragment;
  auto* call = open_as<OpenCall>(index);
  if (call != nullptr && !fragment.empty()) arguments(*call->item, fragment, out);
}

void ResponsesStreamEncoder::signature(int64_t index, std::string_view piece) {
  if (auto* block = open_as<OpenThinking>(index)) block->signature = piece;
}

void ResponsesStreamEncoder::citation(int64_t index, std::string_view citation_json) {
  auto* block = open_as<OpenText>(index);
  if (block == nullptr) return;
  if (const auto doc = json::parse(std::string(citation_json)))
    append_link(doc->root(), block->links);
}

void ResponsesStreamEncoder::block_stop(int64_t index, std::string& out) {
  OpenBlock* block = open_block(index);
  if (block == nullptr) return;
  std::visit([&](auto& body) { stop(body, out); }, block->body);
  open_.erase(open_.begin() + (block - open_.data()));
}

void ResponsesStreamEncoder::stop(OpenText& block, std::string& out) {
  if (block.item != output_.open_message()) return;  // the item is done: nothing can be added
  auto& body = std::get<MessageItem>(block.item->body);
  for (Link& link : block.links) {
    body.citations.push_back({block.begin, body.length, std::move(link)});
    frames_.annotation_added(*block.item, out);
  }
}

void ResponsesStreamEncoder::stop(OpenThinking& block, std::string& out) {
  auto& reasoning = std::get<ReasoningItem>(block.item->body);
  if (!block.signature.empty()) reasoning.block = thinking_block(block.text, block.signature);
  if (!reasoning.summary.empty()) frames_.summary_done(*block.item, out);
  item_done(*block.item, ItemStatus::completed, out);
}

void ResponsesStreamEncoder::stop(OpenRedacted& block, std::string& out) {
  item_done(*block.item, ItemStatus::completed, out);
}

void ResponsesStreamEncoder::stop(OpenCall& block, std::string& out) {
  auto& call = std::get<FunctionCallItem>(block.item->body);
  if (call.arguments.empty()) arguments(*block.item, block.input, out);
  frames_.arguments_done(*block.item, out);
  const bool complete = read_tool_input(call.arguments).complete;
  item_done(*block.item, complete ? ItemStatus::completed : ItemStatus::incomplete, out);
}

void ResponsesStreamEncoder::stop(OpenSearch& block, std::string& out) {
  std::get<WebSearchItem>(block.item->body).query =
      search_query(block.fragments.empty() ? block.input : block.fragments);
  item_done(*block.item, ItemStatus::completed, out);
}

void ResponsesStreamEncoder::finish(std::string& out) {
  for (OpenBlock& block : open_)
    std::visit([&](auto& body) { stop(body, out); }, block.body);
  open_.clear();
  if (stop_reason_ == "refusal") {  // Q15
    OutputItem& item = message(out);
    auto& body = std::get<MessageItem>(item.body);
    if (body.has_text) frames_.text_done(item, out);
    body.refusal = refusal_.empty() ? kDefaultRefusal : std::string_view(refusal_);
    frames_.refusal(item, out);
  }
  close_message(outcome_of(stop_reason_).item_status(), out);
  over_ = finished_ = true;
  const ResponseState done = final_state();
  frames_.response(done.incomplete_reason.empty() ? "response.completed" : "response.incomplete",
                   done, echo_, out);
}

ResponsesStreamEncoder::OpenBlock* ResponsesStreamEncoder::open_block(int64_t index) {
  for (auto it = open_.rbegin(); it != open_.rend(); ++it)
    if (it->index == index) return &*it;
  return nullptr;
}

template <class Body>
Body* ResponsesStreamEncoder::open_as(int64_t index) {
  OpenBlock* block = open_block(index);
  return block != nullptr ? std::get_if<Body>(&block->body) : nullptr;
}

template <class Body>
OutputItem& ResponsesStreamEncoder::add(Body body, std::string& out) {
  OutputItem& item = output_.add(std::move(body));
  frames_.item_added(item, out);
  return item;
}

OutputItem& ResponsesStreamEncoder::message(std::string& out) {
  if (output_.open_message() != nullptr) return *output_.open_message();
  OutputItem& item = output_.begin_message();
  frames_.item_added(item, out);
  return item;
}

OutputItem& ResponsesStreamEncoder::message_for_text(std::string& out) {
  OutputItem& item = message(out);
  const bool had_text = std::exchange(std::get<MessageItem>(item.body).has_text, true);
  if (!had_text) frames_.text_added(item, out);
  return item;
}

void ResponsesStreamEncoder::close_message(ItemStatus status, std::string& out) {
  OutputItem* item = output_.open_message();
  if (item == nullptr) return;
  output_.close_message(status);
  if (std::get<MessageItem>(item->body).refusal.empty()) frames_.text_done(*item, out);
  frames_.item_done(*item, out);
}

void ResponsesStreamEncoder::item_done(OutputItem& item, ItemStatus status, std::string& out) {
  item.status = status;
  frames_.item_done(item, out);
}

void ResponsesStreamEncoder::arguments(OutputItem& item,
                                       std::string_view fragment,
                                       std::string& out) {
  std::get<FunctionCallItem>(item.body).arguments += fragment;
  frames_.arguments_delta(item, fragment, out);
}

ResponseState ResponsesStreamEncoder::state(std::string_view status) const {
  return {id_, model_, status, created_, {}, nullptr, nullptr, output_, false};
}

ResponseState ResponsesStreamEncoder::final_state() const {
  const ResponseOutcome outcome = outcome_of(stop_reason_);
  return {id_,     model_,  outcome.status,           created_, outcome.reason, nullptr,
          &usage_, output_, stop_reason_ == "refusal"};
}

}  // namespace claif::wire

#include "wire/responses_stream.hpp"

#include "wire/finish_reason.hpp"
#include "wire/openai_error.hpp"

#include <utility>

namespace claif::wire {

ResponsesStreamEncoder::ResponsesStreamEncoder(std::string id, int64_t created, ResponsesEcho echo)
    : id_(std::move(id)),
      created_(created),
      echo_(std::move(echo)),
      output_(ResponseIds(id_)),
      frames_(echo_.include_encrypted_content) {}

bool ResponsesStreamEncoder::encode(const Event& event, std::string& out) {
  if (over_) return false;
  if (const auto* error = std::get_if<StreamError>(&event.body)) {
    fail(from_stream_error(*error), out);
  } else if (const auto* first = std::get_if<MessageStart>(&event.body)) {
    start(*first, out);
  } else if (!started_) {
    return true;
  } else if (const auto* piece = std::get_if<TextDelta>(&event.body)) {
    text(*piece, out);
  } else if (const auto* fragment = std::get_if<JsonDelta>(&event.body)) {
    input(*fragment, out);
  } else if (const auto* thought = std::get_if<ThinkingDelta>(&event.body)) {
    thinking(*thought, out);
  } else if (const auto* signature = std::get_if<SignatureDelta>(&event.body)) {
    if (auto* block = open_as<OpenReasoning>(signature->index)) block->block.add(*signature);
  } else if (const auto* citation = std::get_if<CitationsDelta>(&event.body)) {
    cite(*citation);
  } else if (const auto* begin = std::get_if<BlockStart>(&event.body)) {
    start(*begin, out);
  } else if (const auto* end_of = std::get_if<BlockStop>(&event.body)) {
    stop(end_of->index, out);
  } else if (const auto* change = std::get_if<MessageDelta>(&event.body)) {
    usage_.overwrite(change->usage);
    if (!change->stop_reason.empty()) stop_reason_ = change->stop_reason;
    if (!change->refusal.empty()) refusal_ = change->refusal;
  } else if (std::holds_alternative<MessageStop>(event.body)) {
    close(out);
    complete(echo_.store, out);
  }
  return !over_;
}

void ResponsesStreamEncoder::end(std::string& out) {
  if (over_) return;
  if (stop_reason_.empty()) return fail(stream_truncated(), out);
  close(out);  // S12
  complete(echo_.store, out);
}

void ResponsesStreamEncoder::fail(const Error& error, std::string& out) {
  if (over_) return;
  over_ = true;
  ResponseState failed = state("failed");
  failed.error = &error;
  frames_.response("response.failed", failed, echo_, out);
}

std::string ResponsesStreamEncoder::object_to_keep() const {
  if (!closed_) return {};
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
  each_block(event, [&](const BlockStart& block) {  // S2
    start(block, out);
    stop(block.index, out);
  });
}

void ResponsesStreamEncoder::start(const BlockStart& event, std::string& out) {
  if (event.kind == BlockKind::text) return start_text(event, out);
  if (OutputItem* before = output_.leave_message()) end_message_unless_open(*before, out);
  if (event.kind == BlockKind::thinking || event.kind == BlockKind::redacted_thinking) {
    OutputItem& item = add(ReasoningItem{}, out);
    open_.push_back({event.index, OpenReasoning{&item, BlockBuilder(event)}});
    summary(item, event.text, out);
  } else if (event.kind == BlockKind::tool_use) {
    FunctionCallItem call{std::string(event.id), std::string(event.name), {}};
    OutputItem& item = add(std::move(call), out);
    open_.push_back({event.index, OpenCall{&item, std::string(event.input)}});
  } else if (is_web_search(event.kind, event.name)) {
    OutputItem& item = add(WebSearchItem{}, out);
    open_.push_back({event.index, OpenSearch{&item, std::string(event.input), {}}});
  } else {
    open_.push_back({event.index, Skipped{}});
  }
}

void ResponsesStreamEncoder::start_text(const BlockStart& event, std::string& out) {
  OutputItem& item = message_for_text(out);
  open_.push_back({event.index, OpenText{&item, 0, 0, links_of(event.json)}});
  text({event.index, event.text}, out);
}

void ResponsesStreamEncoder::text(const TextDelta& delta, std::string& out) {
  if (delta.text.empty()) return;
  if (open_block(delta.index) == nullptr)  // S3: a block without a start
    open_.push_back({delta.index, OpenText{&message_for_text(out), 0, 0, {}}});
  auto* block = open_as<OpenText>(delta.index);
  if (block == nullptr) return;
  auto& body = std::get<MessageItem>(block->item->body);
  if (block->end == 0) block->begin = body.length;
  body.append(delta.text);
  block->end = body.length;
  frames_.text_delta(*block->item, delta.text, out);
}

void ResponsesStreamEncoder::thinking(const ThinkingDelta& delta, std::string& out) {
  auto* block = open_as<OpenReasoning>(delta.index);
  if (block == nullptr) return;
  block->block.add(delta);
  summary(*block->item, delta.thinking, out);
}

void ResponsesStreamEncoder::summary(OutputItem& item, std::string_view piece, std::string& out) {
  if (piece.empty() || !echo_.include_reasoning) return;
  auto& reasoning = std::get<ReasoningItem>(item.body);
  if (reasoning.summary.empty()) frames_.summary_added(item, out);
  reasoning.summary += piece;
  frames_.summary_delta(item, piece, out);
}

void ResponsesStreamEncoder::input(const JsonDelta& delta, std::string& out) {
  if (auto* search = open_as<OpenSearch>(delta.index)) search->fragments += delta.partial_json;
  auto* call = open_as<OpenCall>(delta.index);
  if (call != nullptr && !delta.partial_json.empty())
    arguments(*call->item, delta.partial_json, out);
}

void ResponsesStreamEncoder::cite(const CitationsDelta& delta) {
  auto* block = open_as<OpenText>(delta.index);
  if (block == nullptr) return;
  if (const auto doc = json::parse(std::string(delta.citation)))
    append_link(doc->root(), block->links);
}

void ResponsesStreamEncoder::stop(int64_t index, std::string& out) {
  OpenBlock* block = open_block(index);
  if (block == nullptr) return;
  OpenBlock closing = std::move(*block);
  open_.erase(open_.begin() + (block - open_.data()));
  std::visit([&](auto& body) { close(body, out); }, closing.body);
}

void ResponsesStreamEncoder::close(OpenText& block, std::string& out) {
  auto& body = std::get<MessageItem>(block.item->body);
  if (block.end == 0) block.begin = block.end = body.length;
  for (Link& link : block.links) {
    body.citations.push_back({std::move(link), block.begin, block.end});
    frames_.annotation_added(*block.item, out);
  }
  end_message_unless_open(*block.item, out);
}

void ResponsesStreamEncoder::close(OpenReasoning& block, std::string& out) {
  auto& reasoning = std::get<ReasoningItem>(block.item->body);
  json::Writer whole;
  block.block.write(whole);
  const auto doc = json::parse(whole.take());
  if (doc && can_be_replayed(doc->root())) reasoning.block = json::dump(doc->root());
  if (!reasoning.summary.empty()) frames_.summary_done(*block.item, out);
  item_done(*block.item, ItemStatus::completed, out);
}

void ResponsesStreamEncoder::close(OpenCall& block, std::string& out) {
  auto& call = std::get<FunctionCallItem>(block.item->body);
  if (call.arguments.empty()) arguments(*block.item, block.input, out);
  frames_.arguments_done(*block.item, out);
  const bool complete = read_tool_input(call.arguments).complete;
  item_done(*block.item, complete ? ItemStatus::completed : ItemStatus::incomplete, out);
}

void ResponsesStreamEncoder::close(OpenSearch& block, std::string& out) {
  std::get<WebSearchItem>(block.item->body).query =
      search_query(block.fragments.empty() ? block.input : block.fragments);
  item_done(*block.item, ItemStatus::completed, out);
}

void ResponsesStreamEncoder::close(std::string& out) {
  if (over_ || std::exchange(closed_, true)) return;
  while (!open_.empty())  // their stop events did not come
    stop(open_.front().index, out);
  if (stop_reason_ == "refusal") {  // Q15
    OutputItem& item = message(out);
    auto& body = std::get<MessageItem>(item.body);
    if (body.has_text) frames_.text_done(item, out);
    body.refusal = refusal_.empty() ? kDefaultRefusal : std::string_view(refusal_);
    frames_.refusal(item, out);
  }
  if (OutputItem* last = output_.leave_message())
    end_message(*last, outcome_of(stop_reason_).item_status(), out);
}

void ResponsesStreamEncoder::complete(bool kept, std::string& out) {
  if (std::exchange(over_, true)) return;
  echo_.store = kept;
  const ResponseState done = final_state();
  const bool complete = done.incomplete_reason.empty();
  frames_.response(complete ? "response.completed" : "response.incomplete", done, echo_, out);
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
  if (output_.message() != nullptr) return *output_.message();
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

void ResponsesStreamEncoder::end_message_unless_open(OutputItem& item, std::string& out) {
  if (&item == output_.message()) return;
  for (const OpenBlock& block : open_)
    if (const auto* open = std::get_if<OpenText>(&block.body); open && open->item == &item) return;
  end_message(item, ItemStatus::completed, out);
}

void ResponsesStreamEncoder::end_message(OutputItem& item, ItemStatus status, std::string& out) {
  if (std::get<MessageItem>(item.body).refusal.empty()) frames_.text_done(item, out);
  item_done(item, status, out);
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

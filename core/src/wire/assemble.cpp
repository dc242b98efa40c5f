#include "wire/assemble.hpp"

#include "wire/usage.hpp"

namespace claif::wire {

BlockBuilder* MessageAssembler::open_block(int64_t index) {
  for (auto it = open_.rbegin(); it != open_.rend(); ++it)
    if (blocks_[*it].index() == index) return &blocks_[*it];
  return nullptr;
}

void MessageAssembler::add(const Event& event) {
  if (const auto* text = std::get_if<TextDelta>(&event.body)) {
    if (open_block(text->index) == nullptr) {  // S3
      open_.push_back(blocks_.size());
      blocks_.push_back(BlockBuilder::implicit_text(text->index));
    }
    extend(*text);
  } else if (const auto* json = std::get_if<JsonDelta>(&event.body)) {
    extend(*json);
  } else if (const auto* thinking = std::get_if<ThinkingDelta>(&event.body)) {
    extend(*thinking);
  } else if (const auto* signature = std::get_if<SignatureDelta>(&event.body)) {
    extend(*signature);
  } else if (const auto* citation = std::get_if<CitationsDelta>(&event.body)) {
    extend(*citation);
  } else if (const auto* begin = std::get_if<BlockStart>(&event.body)) {
    open_.push_back(blocks_.size());
    blocks_.emplace_back(*begin);
  } else if (const auto* stop = std::get_if<BlockStop>(&event.body)) {
    std::erase_if(open_, [&](size_t at) { return blocks_[at].index() == stop->index; });
  } else if (const auto* first = std::get_if<MessageStart>(&event.body)) {
    start(*first);
  } else if (const auto* delta = std::get_if<MessageDelta>(&event.body)) {
    change(*delta);
  } else if (std::holds_alternative<MessageStop>(event.body)) {
    stopped_ = true;
  }
}

void MessageAssembler::start(const MessageStart& event) {
  id_ = event.id;
  model_ = event.model;
  service_tier_ = event.service_tier;
  usage_ = event.usage;
  each_block(event, [this](const BlockStart& block) { blocks_.emplace_back(block); });  // S2
}

void MessageAssembler::change(const MessageDelta& event) {
  usage_.overwrite(event.usage);
  if (!event.stop_reason.empty()) stop_reason_ = event.stop_reason;
  if (!event.stop_sequence.empty()) stop_sequence_ = event.stop_sequence;
  if (!event.stop_details.empty()) stop_details_ = event.stop_details;
}

std::string MessageAssembler::to_json() const {
  const MessageFacts facts{id_,           model_,        stop_reason_, stop_sequence_,
                           service_tier_, stop_details_, usage_};
  json::Writer out(1024);
  begin_message(out, facts);
  for (const BlockBuilder& block : blocks_)
    block.write(out);
  end_message(out, facts);
  return out.take();
}

void expand(const Message& message, const std::function<void(std::string_view)>& emit) {
  json::Writer out;
  const MessageFacts& facts = message;
  MessageFacts start = facts;
  start.stop_reason = start.stop_sequence = start.stop_details = {};
  begin_message(out.object().key("type").string("message_start").key("message"), start);
  end_message(out, start);
  out.end_object();
  emit(out.view());
  int64_t index = 0;
  for (const Block& block : message.blocks)
    expand_block(block, index++, emit);
  out.clear();
  write_stop(out.object().key("type").string("message_delta").key("delta").object(), message);
  write_anthropic_usage(out.end_object().key("usage"), message.usage);
  out.end_object();
  emit(out.view());
  emit(R"({"type":"message_stop"})");
}

}  // namespace claif::wire

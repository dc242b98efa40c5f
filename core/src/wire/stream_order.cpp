#include "wire/stream_order.hpp"

#include "wire/block.hpp"
#include "wire/openai_error.hpp"

#include <utility>

namespace claif::wire {
namespace {

std::string block_name(int64_t index) {
  return "content block " + std::to_string(index);
}

bool is_nameless_call(const BlockStart& start) {
  return start.kind == BlockKind::tool_use && (start.id.empty() || start.name.empty());
}

Error nameless_call() {
  return protocol_error("the upstream sent a tool call without an id or a name");
}

}  // namespace

Result<bool> StreamOrder::admit(const Event& event) {
  if (over_) return false;
  if (const auto* delta = std::get_if<TextDelta>(&event.body); delta != nullptr && started_)
    return text(*delta);
  if (const auto* start = std::get_if<MessageStart>(&event.body)) return begin(*start);
  if (std::holds_alternative<StreamError>(event.body)) return over_ = true;
  if (!started_ && std::holds_alternative<Other>(event.body)) return false;
  if (!started_)
    return fail(protocol_error("the upstream's stream does not begin with message_start"));
  if (const auto* delta = std::get_if<JsonDelta>(&event.body)) return arguments(*delta);
  if (const auto* delta = std::get_if<ThinkingDelta>(&event.body)) return thinking(*delta);
  if (const auto* delta = std::get_if<SignatureDelta>(&event.body))
    return is_open(delta->index, BlockKind::thinking);
  if (const auto* delta = std::get_if<CitationsDelta>(&event.body))
    return is_open(delta->index, BlockKind::text);
  if (const auto* start = std::get_if<BlockStart>(&event.body)) return begin(*start);
  if (const auto* end = std::get_if<BlockStop>(&event.body)) return stop(end->index);
  if (const auto* change = std::get_if<MessageDelta>(&event.body))
    may_end_ |= !change->stop_reason.empty();
  over_ = std::holds_alternative<MessageStop>(event.body);
  return true;
}

Result<bool> StreamOrder::begin(const MessageStart& event) {
  if (started_ && event.id != id_)
    return fail(protocol_error("the upstream began a second message in one stream"));
  if (started_) return false;
  started_ = true;
  id_ = event.id;
  bool nameless = false;
  each_block(event, [&](const BlockStart& block) { nameless |= is_nameless_call(block); });
  if (nameless) return fail(nameless_call());
  return true;
}

Result<bool> StreamOrder::begin(const BlockStart& event) {
  if (is_nameless_call(event)) return fail(nameless_call());
  const auto [at, is_new] = blocks_.try_emplace(event.index);
  Block& block = at->second;
  if (!is_new) {
    const bool same = block.open && block.kind == event.kind && block.id == event.id;
    if (same && !(block.implicit && !event.text.empty())) return false;
    return fail(protocol_error("the upstream started " + block_name(event.index) + " again"));
  }
  block = {event.kind, static_cast<int>(blocks_.size()), std::string(event.id), false, true};
  if (event.text.empty()) return true;
  int& reached = event.kind == BlockKind::text ? text_reached_ : thinking_reached_;
  reached = block.order;
  return true;
}

Result<bool> StreamOrder::text(const TextDelta& event) {
  if (event.text.empty()) return is_open(event.index, BlockKind::text);
  const auto [at, is_new] = blocks_.try_emplace(event.index);
  Block& block = at->second;
  if (is_new) block = {BlockKind::text, static_cast<int>(blocks_.size()), {}, true, true};
  if (block.kind != BlockKind::text) return false;
  CLAIF_CHECK(advance(block, text_reached_, event.index));
  return true;
}

Result<bool> StreamOrder::thinking(const ThinkingDelta& event) {
  if (!is_open(event.index, BlockKind::thinking)) return false;
  if (event.thinking.empty()) return true;
  CLAIF_CHECK(advance(blocks_.at(event.index), thinking_reached_, event.index));
  return true;
}

Result<bool> StreamOrder::arguments(const JsonDelta& event) {
  const auto at = blocks_.find(event.index);
  if (at == blocks_.end()) return false;
  const Block& block = at->second;
  if (block.open) return block.kind != BlockKind::text && block.kind != BlockKind::thinking;
  if (block.kind != BlockKind::tool_use || event.partial_json.empty()) return false;
  return fail(protocol_error("the upstream added to the arguments of " + block_name(event.index) +
                             " after its end"));
}

// Clients append what comes, so text cannot go back to an earlier block.
Result<void> StreamOrder::advance(const Block& block, int& reached, int64_t index) const {
  if (!block.open || block.order < reached)
    return fail(protocol_error("the upstream added to " + block_name(index) +
                               (block.open ? " after a later block" : " after its end")));
  reached = block.order;
  return {};
}

bool StreamOrder::is_open(int64_t index, BlockKind kind) const {
  const auto at = blocks_.find(index);
  return at != blocks_.end() && at->second.open && at->second.kind == kind;
}

bool StreamOrder::stop(int64_t index) {
  const auto at = blocks_.find(index);
  return at != blocks_.end() && std::exchange(at->second.open, false);
}

}  // namespace claif::wire

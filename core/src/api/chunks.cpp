#include "api/chunks.hpp"

#include "api/chat_json.hpp"
#include "wire/block.hpp"
#include "wire/finish_reason.hpp"

namespace claif::api {
namespace {

void add_text(std::string_view text, std::string ChatChunk::*member, std::vector<ChatChunk>& out) {
  if (!text.empty()) out.emplace_back().*member = text;
}

void add_arguments(int64_t call, std::string arguments, std::vector<ChatChunk>& out) {
  ChatChunk& chunk = out.emplace_back();
  chunk.tool_index = call;
  chunk.tool_call.arguments = std::move(arguments);
}

}  // namespace

void ChunkBuilder::add(const wire::Event& event, std::vector<ChatChunk>& out) {
  if (const auto* text = std::get_if<wire::TextDelta>(&event.body)) {
    add_text(text->text, &ChatChunk::content, out);
  } else if (const auto* thinking = std::get_if<wire::ThinkingDelta>(&event.body)) {
    add_text(thinking->thinking, &ChatChunk::reasoning, out);
  } else if (const auto* begin = std::get_if<wire::MessageStart>(&event.body)) {
    usage_ = begin->usage;
    wire::each_block(*begin, [&](const wire::BlockStart& block) {  // S2
      start(block, out);
      stop(block.index, out);
    });
  } else if (const auto* block = std::get_if<wire::BlockStart>(&event.body)) {
    start(*block, out);
  } else if (const auto* json = std::get_if<wire::JsonDelta>(&event.body)) {
    OpenCall* const call = open_call(json->index);
    if (call == nullptr || json->partial_json.empty()) return;
    call->has_arguments = true;
    add_arguments(call->call, std::string(json->partial_json), out);
  } else if (const auto* ended = std::get_if<wire::BlockStop>(&event.body)) {
    stop(ended->index, out);
  } else if (const auto* change = std::get_if<wire::MessageDelta>(&event.body)) {
    usage_.overwrite(change->usage);
    if (!change->stop_reason.empty()) stop_reason_ = change->stop_reason;
    if (!change->refusal.empty()) refusal_ = change->refusal;
  } else if (std::holds_alternative<wire::MessageStop>(event.body)) {
    finish(out);
  }
}

void ChunkBuilder::start(const wire::BlockStart& event, std::vector<ChatChunk>& out) {
  if (event.kind == wire::BlockKind::text) add_text(event.text, &ChatChunk::content, out);
  if (event.kind == wire::BlockKind::thinking) add_text(event.text, &ChatChunk::reasoning, out);
  if (event.kind != wire::BlockKind::tool_use) return;
  open_.push_back({event.index, calls_++, std::string(event.input)});
  ChatChunk& chunk = out.emplace_back();
  chunk.tool_index = open_.back().call;
  chunk.tool_call = {std::string(event.id), std::string(event.name), {}};
}

void ChunkBuilder::stop(int64_t index, std::vector<ChatChunk>& out) {
  OpenCall* const call = open_call(index);
  if (call == nullptr) return;
  if (!call->has_arguments) add_arguments(call->call, std::move(call->input), out);
  open_.erase(open_.begin() + (call - open_.data()));
}

void ChunkBuilder::finish(std::vector<ChatChunk>& out) {
  while (!open_.empty())  // their stop events did not come
    stop(open_.front().index, out);
  ChatChunk& last = out.emplace_back();
  last.finish_reason = wire::finish_reason(stop_reason_, calls_ > 0);
  last.usage = to_usage(usage_);
  if (stop_reason_ == "refusal") last.refusal = refusal_.empty() ? wire::kDefaultRefusal : refusal_;
}

ChunkBuilder::OpenCall* ChunkBuilder::open_call(int64_t index) {
  for (OpenCall& call : open_)
    if (call.index == index) return &call;
  return nullptr;
}

}  // namespace claif::api

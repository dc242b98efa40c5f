#include "api/chunks.hpp"

#include "api/chat_json.hpp"
#include "wire/finish_reason.hpp"

namespace claif::api {

std::optional<ChatChunk> ChunkBuilder::add(const wire::Event& event) {
  ChatChunk out;
  if (const auto* text = std::get_if<wire::TextDelta>(&event.body)) {
    if (text->text.empty()) return std::nullopt;
    out.content = text->text;
    return out;
  }
  if (const auto* thinking = std::get_if<wire::ThinkingDelta>(&event.body)) {
    if (thinking->thinking.empty()) return std::nullopt;
    out.reasoning = thinking->thinking;
    return out;
  }
  if (const auto* start = std::get_if<wire::BlockStart>(&event.body)) {
    tool_block_ = -1;
    if (start->kind == wire::BlockKind::text && !start->text.empty()) {
      out.content = start->text;
      return out;
    }
    if (start->kind != wire::BlockKind::tool_use) return std::nullopt;
    tool_block_ = start->index;
    has_arguments_ = false;
    input_ = start->input;
    out.tool_index = tools_++;
    out.tool_call = {std::string(start->id), std::string(start->name), {}};
    return out;
  }
  const auto* json = std::get_if<wire::JsonDelta>(&event.body);
  const auto* stop = std::get_if<wire::BlockStop>(&event.body);
  if ((json != nullptr && json->index == tool_block_ && !json->partial_json.empty()) ||
      (stop != nullptr && stop->index == tool_block_ && !has_arguments_)) {
    has_arguments_ = true;
    out.tool_index = tools_ - 1;
    out.tool_call.arguments = json != nullptr ? std::string(json->partial_json) : input_;
    return out;
  }
  if (const auto* begin = std::get_if<wire::MessageStart>(&event.body)) usage_ = begin->usage;
  if (const auto* change = std::get_if<wire::MessageDelta>(&event.body)) {
    usage_.overwrite(change->usage);
    if (!change->stop_reason.empty()) stop_reason_ = change->stop_reason;
  }
  if (!std::holds_alternative<wire::MessageStop>(event.body)) return std::nullopt;
  out.finish_reason = wire::finish_reason(stop_reason_, tools_ > 0);
  out.usage = to_usage(usage_);
  return out;
}

}  // namespace claif::api

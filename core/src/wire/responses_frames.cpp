#include "wire/responses_frames.hpp"

namespace claif::wire {
namespace {

const MessageItem& message_of(const OutputItem& item) {
  return std::get<MessageItem>(item.body);
}
const ReasoningItem& reasoning_of(const OutputItem& item) {
  return std::get<ReasoningItem>(item.body);
}

int64_t index_of(const OutputItem& item) {
  return static_cast<int64_t>(item.index);
}

}  // namespace

void ResponsesFrames::response(std::string_view type,
                               const ResponseState& state,
                               const ResponsesEcho& echo,
                               std::string& out) {
  write_response(begin(type).key("response"), state, echo);
  send(out);
}

void ResponsesFrames::item_added(const OutputItem& item, std::string& out) {
  begin("response.output_item.added").key("output_index").integer(index_of(item));
  write_item(frame_.key("item"), item, false);
  send(out);
}

void ResponsesFrames::item_done(const OutputItem& item, std::string& out) {
  begin("response.output_item.done").key("output_index").integer(index_of(item));
  write_item(frame_.key("item"), item, encrypted_);
  send(out);
}

void ResponsesFrames::text_added(const OutputItem& item, std::string& out) {
  begin("response.content_part.added", item).key("content_index").integer(0);
  write_text_part(frame_.key("part"), message_of(item));
  send(out);
}

void ResponsesFrames::text_delta(const OutputItem& item, std::string_view piece, std::string& out) {
  begin("response.output_text.delta", item).key("content_index").integer(0);
  frame_.key("delta").string(piece).key("logprobs").raw("[]");
  send(out);
}

void ResponsesFrames::annotation_added(const OutputItem& item, std::string& out) {
  const auto& citations = message_of(item).citations;
  begin("response.output_text.annotation.added", item).key("content_index").integer(0);
  frame_.key("annotation_index").integer(static_cast<int64_t>(citations.size()) - 1);
  write_url_citation(frame_.key("annotation"), citations.back());
  send(out);
}

void ResponsesFrames::text_done(const OutputItem& item, std::string& out) {
  const MessageItem& message = message_of(item);
  begin("response.output_text.done", item).key("content_index").integer(0);
  frame_.key("text").string(message.text).key("logprobs").raw("[]");
  send(out);
  begin("response.content_part.done", item).key("content_index").integer(0);
  write_text_part(frame_.key("part"), message);
  send(out);
}

void ResponsesFrames::refusal(const OutputItem& item, std::string& out) {
  const MessageItem& message = message_of(item);
  const auto frame = [&](std::string_view type) -> json::Writer& {
    return begin(type, item).key("content_index").integer(message.has_text ? 1 : 0);
  };
  write_refusal_part(frame("response.content_part.added").key("part"), "");
  send(out);
  frame("response.refusal.delta").key("delta").string(message.refusal);
  send(out);
  frame("response.refusal.done").key("refusal").string(message.refusal);
  send(out);
  write_refusal_part(frame("response.content_part.done").key("part"), message.refusal);
  send(out);
}

void ResponsesFrames::summary_added(const OutputItem& item, std::string& out) {
  begin("response.reasoning_summary_part.added", item).key("summary_index").integer(0);
  write_summary_part(frame_.key("part"), "");
  send(out);
}

void ResponsesFrames::summary_delta(const OutputItem& item,
                                    std::string_view piece,
                                    std::string& out) {
  begin("response.reasoning_summary_text.delta", item).key("summary_index").integer(0);
  frame_.key("delta").string(piece);
  send(out);
}

void ResponsesFrames::summary_done(const OutputItem& item, std::string& out) {
  const std::string& summary = reasoning_of(item).summary;
  begin("response.reasoning_summary_text.done", item).key("summary_index").integer(0);
  frame_.key("text").string(summary);
  send(out);
  begin("response.reasoning_summary_part.done", item).key("summary_index").integer(0);
  write_summary_part(frame_.key("part"), summary);
  send(out);
}

void ResponsesFrames::arguments_delta(const OutputItem& item,
                                      std::string_view piece,
                                      std::string& out) {
  begin("response.function_call_arguments.delta", item).key("delta").string(piece);
  send(out);
}

void ResponsesFrames::arguments_done(const OutputItem& item, std::string& out) {
  begin("response.function_call_arguments.done", item);
  frame_.key("arguments").string(std::get<FunctionCallItem>(item.body).arguments);
  send(out);
}

json::Writer& ResponsesFrames::begin(std::string_view type) {
  type_ = type;
  frame_.clear();
  return frame_.object().key("type").string(type).key("sequence_number").integer(sequence_++);
}

json::Writer& ResponsesFrames::begin(std::string_view type, const OutputItem& item) {
  begin(type).key("item_id").string(item.id);
  return frame_.key("output_index").integer(index_of(item));
}

void ResponsesFrames::send(std::string& out) {
  frame_.end_object();
  out.append("event: ").append(type_).append("\ndata: ").append(frame_.view()).append("\n\n");
}

}  // namespace claif::wire

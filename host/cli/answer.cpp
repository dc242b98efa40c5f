#include "cli/answer.hpp"

#include "base/ids.hpp"
#include "base/json.hpp"
#include "cli/console.hpp"

#include <utility>

namespace claif::cli {

AnswerSink::AnswerSink(bool json,
                       const wire::ChatEncoding& encoding,
                       int64_t created,
                       Answer& answer)
    : json_(json),
      encoding_(encoding),
      created_(created),
      answer_(answer),
      terminal_(stdout_is_terminal()),
      encoder_(random_id("chatcmpl-"), created, encoding) {}

void AnswerSink::write(const wire::Event& event) {
  if (json_) json_lines(event);
  chunks_.clear();
  builder_.add(event, chunks_);
  for (const ChatChunk& chunk : chunks_)
    take(chunk);
}

void AnswerSink::message(const wire::Message& message) {
  const wire::ChatAnswer answer = wire::read_answer(message, encoding_);
  answer_.text = answer.content.value_or("");
  for (const wire::Block* call : answer.calls)
    answer_.calls.push_back({std::string(call->id), std::string(call->name), call->input});
  answer_.finish_reason = answer.finish_reason;
  answer_.refusal = answer.refusal.value_or("");
  if (json_) {
    pending_ =
        wire::encode_chat_completion(message, answer, random_id("chatcmpl-"), created_, encoding_) +
        "\n";
    return;
  }
  print(answer_.text);
  print_calls();
}

void AnswerSink::take(const ChatChunk& chunk) {
  answer_.text += chunk.content;
  if (!json_) print(chunk.content);
  if (chunk.tool_index) {
    const auto i = static_cast<size_t>(*chunk.tool_index);
    if (i >= answer_.calls.size()) answer_.calls.push_back(chunk.tool_call);
    answer_.calls[i].arguments += chunk.tool_call.arguments;
  }
  if (chunk.finish_reason.empty()) return;
  answer_.finish_reason = chunk.finish_reason;
  answer_.refusal = chunk.refusal;
  if (!answer_.refusal.empty()) answer_.calls.clear();  // A6: nobody shall run them
  if (!json_) print_calls();
}

void AnswerSink::print(std::string_view text) {
  if (text.empty()) return;
  pending_ += printable(text, terminal_);
  line_open_ = text.back() != '\n';
}

// At the end of the answer.
void AnswerSink::print_calls() {
  if (line_open_ || (answer_.text.empty() && answer_.calls.empty())) pending_ += '\n';
  line_open_ = false;
  for (const ToolCall& call : answer_.calls) {
    json::Writer line;
    line.object().key("id").string(call.id).key("type").string("function");
    line.key("function").object().key("name").string(call.name);
    line.key("arguments").string(call.arguments).end_object().end_object();
    (pending_ += printable(line.view(), terminal_)) += '\n';
  }
}

void AnswerSink::fail(const Error&) {
  if (!pending_.empty() || !answer_.text.empty()) pending_ += '\n';
}

Task<bool> AnswerSink::flush() {
  const std::string out = std::exchange(pending_, {});
  co_return write_stdout(out);
}

// The chunks of the stream, one JSON object a line.
void AnswerSink::json_lines(const wire::Event& event) {
  frames_.clear();
  encoder_.encode(event, frames_);
  for (size_t at = 0; at < frames_.size();) {
    const size_t end = frames_.find("\n\n", at);
    const std::string_view data =
        std::string_view(frames_).substr(at + 6, end - at - 6);  // after "data: "
    if (data != "[DONE]") (pending_ += data) += '\n';
    at = end + 2;
  }
}

}  // namespace claif::cli

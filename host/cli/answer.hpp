// An answer on its way to standard output.
#pragma once

#include "api/chunks.hpp"
#include "pipeline/context.hpp"
#include "wire/chat_response.hpp"

#include <claif/chat.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace claif::cli {

// What came.
struct Answer {
  std::string text;
  std::vector<ToolCall> calls;
  std::string finish_reason;  // empty: it did not come to its end
  std::string refusal;        // the model declined
};

// Text as it comes, then a line of JSON for each tool call; or OpenAI's objects.
class AnswerSink final : public pipeline::EventSink {
 public:
  AnswerSink(bool json, const wire::ChatEncoding& encoding, int64_t created, Answer& answer);

  void start(const pipeline::RunContext&) override {}
  void write(const wire::Event& event) override;
  void message(const wire::Message& message) override;
  void fail(const Error&) override;
  Task<bool> flush() override;

 private:
  void json_lines(const wire::Event& event);
  void take(const ChatChunk& chunk);
  void print(std::string_view text);
  void print_calls();

  const bool json_;
  const wire::ChatEncoding encoding_;
  const int64_t created_;
  Answer& answer_;
  const bool terminal_;
  bool line_open_ = false;  // what was printed last did not end a line
  wire::ChatStreamEncoder encoder_;
  api::ChunkBuilder builder_;
  std::vector<ChatChunk> chunks_;
  std::string pending_, frames_;
};

}  // namespace claif::cli

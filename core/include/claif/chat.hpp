// Chat completions as values, in OpenAI's names. Plain data: copy, move, fill in what you need.
#pragma once

#include <claif/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace claif {

// A call of one of your tools. `arguments` is JSON text.
struct ToolCall {
  std::string id, name, arguments;
};

struct ChatMessage {
  std::string role;  // system, developer, user, assistant, tool
  std::string content;
  std::vector<ToolCall> tool_calls{};  // of an assistant
  std::string tool_call_id{};          // of a tool: which call this answers
};

struct ToolDefinition {
  std::string name, description;
  std::string parameters_json = "{}";  // JSON Schema of type object
};

struct ChatRequest {
  std::string model{};  // a claude-* id, opus, sonnet, haiku, or a preset: fast, balanced, smart
  std::vector<ChatMessage> messages{};
  std::optional<int64_t> max_completion_tokens{};
  std::optional<double> temperature{};
  std::vector<std::string> stop{};
  std::vector<ToolDefinition> tools{};
  std::string tool_choice{};  // auto, none, required, or the name of a tool
  std::string user{};
  std::string session{};        // continue this stored conversation: [A-Za-z0-9_-]{1,64}
  std::optional<bool> cache{};  // ask the response cache, or not; absent: as configured
};

struct Usage {
  int64_t prompt_tokens = 0, completion_tokens = 0, total_tokens = 0;
  int64_t cached_tokens = 0, reasoning_tokens = 0;
};

struct Choice {
  int64_t index = 0;
  ChatMessage message;
  std::string refusal;        // not empty: the model declined
  std::string finish_reason;  // stop, length, tool_calls, content_filter
};

struct ChatCompletion {
  std::string id, model;
  int64_t created = 0;          // seconds since 1970
  std::vector<Choice> choices;  // one
  Usage usage;
  bool from_cache = false;
  std::vector<std::string> warnings;  // what could not be honoured as it was: "temperature:dropped"
};

// A piece of a streamed answer.
struct ChatChunk {
  std::string content;                  // text to append
  std::string reasoning;                // thinking to append
  std::optional<int64_t> tool_index{};  // which of the answer's tool calls `tool_call` extends
  ToolCall tool_call{};                 // id and name come first, then arguments piece by piece
  std::string finish_reason{};          // in the last chunk
  std::optional<Usage> usage{};         // in the last chunk
  const std::string& delta() const { return content; }
};

}  // namespace claif

// Chat completions as values, in OpenAI's names. Plain data: copy, move, fill in what you need.
// Members that end in _json hold JSON text. What has no member of its own goes into
// ChatRequest::extra_json and comes out of ChatCompletion::json.
#pragma once

#include <claif/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claif {

// A call of one of your tools. `arguments` is JSON text.
struct ToolCall {
  std::string id, name, arguments;
};

// A part of a user's message, or of a tool's answer, beyond plain text.
struct CLAIF_API ContentPart {
  std::string type;  // text, image_url, file
  std::string text{};
  std::string url{};                    // of an image: https:// or a data URI
  std::string file_data{}, filename{};  // of a file: base64 or a data URI; the name tells its type
  std::string file_id{};                // of a file in Anthropic's store: file_...

  static ContentPart of_text(std::string text);
  static ContentPart of_image(std::string url);
  // JPEG, PNG, GIF or WebP; the type is seen from the bytes.
  static ContentPart of_image_bytes(std::string_view bytes);
  // PDF, UTF-8 text or an image; the type is seen from the bytes. Claude sees the name as the
  // title.
  static ContentPart of_file(std::string filename, std::string_view bytes);
  static ContentPart of_file_id(std::string file_id);
};

// Where a part of the text comes from. The range counts code points in the content.
struct Citation {
  int64_t start_index = 0, end_index = 0;
  std::string url, title;
};

struct ChatMessage {
  std::string role;  // system, developer, user, assistant, tool
  std::string content;
  std::vector<ContentPart> parts{};    // after the content
  std::vector<ToolCall> tool_calls{};  // of an assistant
  std::string tool_call_id{};          // of a tool: which call this answers
  // Of an answer: the thinking as text, and as the signed blocks that go back unchanged in the
  // next request of a tool loop (a JSON list, empty for none).
  std::string reasoning_content{}, thinking_blocks_json{};
  std::vector<Citation> citations{};  // of an answer
};

struct CLAIF_API ToolDefinition {
  std::string name, description;
  std::string parameters_json = "{}";  // JSON Schema of type object
  bool strict = false;                 // the arguments will match the schema
  std::string json{};                  // the whole tool, in the place of the other members

  // A tool in OpenAI's form, or one of Anthropic's own such as {"type": "web_search_20250305", ...}
  static ToolDefinition of_json(std::string json);
};

// An answer that is JSON and matches a schema.
struct JsonSchema {
  std::string name, schema_json;
};

struct ChatRequest {
  std::string model{};  // a claude-* id, opus, sonnet, haiku, or a preset: fast, balanced, smart
  std::vector<ChatMessage> messages{};
  std::optional<int64_t> max_completion_tokens{};
  std::optional<double> temperature{};
  std::vector<std::string> stop{};
  std::vector<ToolDefinition> tools{};
  std::string tool_choice{};                  // auto, none, required, or the name of a tool
  std::optional<bool> parallel_tool_calls{};  // false: at most one call in an answer
  std::string reasoning_effort{};             // none, minimal, low, medium, high, xhigh, max
  bool include_reasoning = false;             // ask for a summary of the thinking
  std::optional<JsonSchema> response_format{};
  std::string user{};
  std::string extra_json{};     // an object: further parameters, e.g. {"top_k": 5}; they win
  std::string session{};        // continue this stored conversation: [A-Za-z0-9_-]{1,64}
  std::optional<bool> cache{};  // ask the response cache, or not; absent: as configured
};

struct Usage {
  int64_t prompt_tokens = 0, completion_tokens = 0, total_tokens = 0;
  int64_t cached_tokens = 0, cache_write_tokens = 0, reasoning_tokens = 0;
};

struct Choice {
  int64_t index = 0;
  ChatMessage message;
  std::string refusal;        // not empty: the model declined
  std::string finish_reason;  // stop, length, tool_calls, content_filter
};

// A call that the model wanted to make and that the approval strategy refused. The answer has a
// text in its place.
struct DeniedCall {
  std::string id, name, reason;
};

struct ChatCompletion {
  std::string id, model;
  int64_t created = 0;          // seconds since 1970
  std::vector<Choice> choices;  // one
  Usage usage;
  bool from_cache = false;
  std::vector<std::string> warnings;  // what could not be honoured as it was: "temperature:dropped"
  std::vector<DeniedCall> denied;
  std::string json;  // the whole chat.completion object
};

// A piece of a streamed answer.
struct ChatChunk {
  std::string content;                  // text to append
  std::string reasoning;                // thinking to append
  std::optional<int64_t> tool_index{};  // which of the answer's tool calls `tool_call` extends
  ToolCall tool_call{};                 // id and name come first, then arguments piece by piece
  std::string finish_reason{};          // in the last chunk
  std::optional<Usage> usage{};         // in the last chunk
  std::string refusal{};                // in the last chunk, when the model declined
  std::string event_json{};             // Claude's event that made it
  const std::string& delta() const { return content; }
};

// What would be sent to Claude for a request. Secrets in it are replaced by "[redacted]".
struct UpstreamRequest {
  std::string method, url;  // empty: the transport does not tell
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;                   // exactly: Anthropic Messages JSON
  std::vector<std::string> warnings;  // as ChatCompletion::warnings
};

}  // namespace claif

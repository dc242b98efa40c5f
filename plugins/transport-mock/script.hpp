// What the mock answers: the first scripted reply that matches, a generated one otherwise.
#pragma once

#include <claif/sdk/config.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <rapidjson/document.h>

namespace claif::transport_mock {

struct ToolUse {
  std::string name, input;  // input: JSON text
};

struct Failure {
  uint32_t status = 500;
  std::string type, message;
  std::optional<double> retry_after_s;
};

struct Reply {
  std::string text;
  std::vector<ToolUse> tool_uses;
  std::string stop_reason;  // empty: tool_use or end_turn
  std::optional<Failure> failure;
};

// The text of the last user message; that of tool results counts as text.
struct Prompt {
  std::string text;
  bool from_tool = false;
};

// Values of the placeholders in a scripted text.
struct Variables {
  std::string_view prompt, calls, model, request, last_request;
};

inline std::string_view string_or_empty(const rapidjson::Value& object, const char* key) {
  const auto it = object.FindMember(key);
  if (it == object.MemberEnd() || !it->value.IsString()) return {};
  return {it->value.GetString(), it->value.GetStringLength()};
}

inline void append_text(std::string& out, std::string_view text) {
  if (!out.empty() && !text.empty()) out += '\n';
  out += text;
}

// Appends the text of a content that is a string or a list of blocks.
inline void append_content(const rapidjson::Value& content, Prompt& out) {
  if (content.IsString())
    return append_text(out.text, {content.GetString(), content.GetStringLength()});
  if (!content.IsArray()) return;
  for (const auto& block : content.GetArray()) {
    if (!block.IsObject()) continue;
    const std::string_view type = string_or_empty(block, "type");
    if (type == "text") append_text(out.text, string_or_empty(block, "text"));
    if (type != "tool_result") continue;
    out.from_tool = true;
    const auto inner = block.FindMember("content");
    if (inner == block.MemberEnd()) continue;
    Prompt nested;
    if (inner->value.IsString() || inner->value.IsArray()) append_content(inner->value, nested);
    append_text(out.text, nested.text);
  }
}

// Throws Error with CLAIF_E_ARG when the body is not a Messages request.
inline Prompt read_prompt(std::string_view body) {
  rapidjson::Document doc;
  doc.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (doc.HasParseError() || !doc.IsObject())
    throw sdk::Error("the request body is not a JSON object", CLAIF_E_ARG);
  const auto messages = doc.FindMember("messages");
  if (messages == doc.MemberEnd() || !messages->value.IsArray())
    throw sdk::Error("messages: Field required", CLAIF_E_ARG);
  Prompt prompt;
  for (rapidjson::SizeType i = messages->value.Size(); i-- > 0;) {
    const auto& message = messages->value[i];
    if (!message.IsObject() || string_or_empty(message, "role") != "user") continue;
    const auto content = message.FindMember("content");
    if (content != message.MemberEnd()) append_content(content->value, prompt);
    break;
  }
  return prompt;
}

// One pass: a placeholder inside an inserted value stays as it is.
inline std::string fill_placeholders(std::string_view text, const Variables& v) {
  const std::pair<std::string_view, std::string_view> known[] = {
      {"{{prompt}}", v.prompt},
      {"{{calls}}", v.calls},
      {"{{model}}", v.model},
      {"{{request}}", v.request},
      {"{{last_request}}", v.last_request}};
  std::string out;
  while (!text.empty()) {
    const size_t at = std::min(text.find("{{"), text.size());
    out += text.substr(0, at);
    text.remove_prefix(at);
    bool replaced = false;
    for (const auto& [name, value] : known) {
      if (!text.starts_with(name)) continue;
      out += value;
      text.remove_prefix(name.size());
      replaced = true;
      break;
    }
    if (replaced || text.empty()) continue;
    out += text.substr(0, 2);
    text.remove_prefix(2);
  }
  return out;
}

inline std::string generated_text(const Prompt& prompt) {
  constexpr size_t kQuoted = 200;
  std::string text;
  if (prompt.text.empty()) {
    text = "Your message had no text.";
  } else {
    const size_t shown = sdk::utf8_prefix(prompt.text, kQuoted);
    text = prompt.from_tool ? "The tool answered: \"" : "You said: \"";
    text += std::string_view(prompt.text).substr(0, shown);
    text += shown < prompt.text.size() ? "...\"." : "\".";
  }
  return text +
         " This is claif's offline mock transport: it never reaches Claude. For real answers, set "
         "ANTHROPIC_API_KEY and use the anthropic transport.";
}

// The list of scripted replies, in order. [serial]
class Script {
 public:
  explicit Script(const std::vector<std::string>& replies) {
    for (const std::string& json : replies)
      entries_.push_back(read(json));
  }

  Reply next(const Prompt& prompt, const Variables& variables) {
    for (Entry& entry : entries_) {
      if (entry.left == 0 || prompt.text.find(entry.match) == std::string::npos) continue;
      --entry.left;
      Reply reply = entry.reply;
      reply.text = fill_placeholders(reply.text, variables);
      return reply;
    }
    Reply reply;
    reply.text = generated_text(prompt);
    return reply;
  }

 private:
  struct Entry {
    std::string match;  // empty: every prompt
    uint64_t left = std::numeric_limits<uint64_t>::max();
    Reply reply;
  };

  static Entry read(const std::string& json) {
    const sdk::Config config(json);
    Entry entry;
    entry.match = config.string("match", "");
    if (config.has("times")) entry.left = static_cast<uint64_t>(config.integer("times"));
    entry.reply.text = config.string("text", "");
    entry.reply.stop_reason = config.string("stop_reason", "");
    for (const std::string& call : config.items("tool_calls"))
      entry.reply.tool_uses.push_back(read_tool_use(call));
    if (const auto error = config.object("error"))
      entry.reply.failure = read_failure(sdk::Config(*error));
    return entry;
  }
  static ToolUse read_tool_use(const std::string& json) {
    const sdk::Config config(json);
    return {config.string("name"), config.object("input").value_or("{}")};
  }
  static Failure read_failure(const sdk::Config& config) {
    Failure failure;
    failure.status = static_cast<uint32_t>(config.integer("status"));
    failure.type = config.string("type", default_type(failure.status));
    failure.message = config.string("message", "scripted error");
    if (config.has("retry_after")) failure.retry_after_s = config.number("retry_after", 0);
    return failure;
  }
  static std::string default_type(uint32_t status) {
    switch (status) {
      case 400:
        return "invalid_request_error";
      case 401:
        return "authentication_error";
      case 403:
        return "permission_error";
      case 404:
        return "not_found_error";
      case 413:
        return "request_too_large";
      case 429:
        return "rate_limit_error";
      case 529:
        return "overloaded_error";
      default:
        return status < 500 ? "invalid_request_error" : "api_error";
    }
  }

  std::vector<Entry> entries_;
};

}  // namespace claif::transport_mock

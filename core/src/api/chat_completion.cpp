#include "api/chat_json.hpp"
#include "base/json.hpp"

namespace claif::api {
namespace {

std::vector<Citation> read_citations(const json::Value& message) {
  std::vector<Citation> out;
  const json::Value* annotations = json::find(message, "annotations");
  if (annotations == nullptr || !annotations->IsArray()) return out;
  for (const auto& annotation : annotations->GetArray()) {
    const json::Value* c = json::find(annotation, "url_citation");
    if (c == nullptr) continue;
    out.push_back({json::integer_or(*c, "start_index"), json::integer_or(*c, "end_index"),
                   std::string(json::string_or(*c, "url")),
                   std::string(json::string_or(*c, "title"))});
  }
  return out;
}

ChatMessage read_message(const json::Value& message) {
  ChatMessage out;
  out.role = "assistant";
  out.content = json::string_or(message, "content");
  out.reasoning_content = json::string_or(message, "reasoning_content");
  if (const json::Value* blocks = json::find(message, "thinking_blocks"))
    out.thinking_blocks_json = json::dump(*blocks);
  out.citations = read_citations(message);
  const json::Value* calls = json::find(message, "tool_calls");
  if (calls == nullptr || !calls->IsArray()) return out;
  for (const auto& call : calls->GetArray()) {
    const json::Value* function = json::find(call, "function");
    if (function == nullptr) continue;
    out.tool_calls.push_back({std::string(json::string_or(call, "id")),
                              std::string(json::string_or(*function, "name")),
                              std::string(json::string_or(*function, "arguments"))});
  }
  return out;
}

}  // namespace

Usage to_usage(const wire::Usage& usage) {
  Usage out;
  out.prompt_tokens = usage.prompt_tokens();
  out.completion_tokens = usage.output.value_or(0);
  out.total_tokens = out.prompt_tokens + out.completion_tokens;
  out.cached_tokens = usage.cache_read.value_or(0);
  out.cache_write_tokens = usage.cache_creation.value_or(0);
  out.reasoning_tokens = usage.thinking.value_or(0);
  return out;
}

ChatCompletion to_completion(std::string completion_json, const wire::Usage& usage) {
  ChatCompletion out;
  out.usage = to_usage(usage);
  const auto doc = json::parse(completion_json);
  if (doc) {
    const json::Value& root = doc->root();
    out.id = json::string_or(root, "id");
    out.model = json::string_or(root, "model");
    out.created = json::integer_or(root, "created");
    const json::Value& choice = root["choices"][0];
    out.choices.push_back({0, read_message(choice["message"]),
                           std::string(json::string_or(choice["message"], "refusal")),
                           std::string(json::string_or(choice, "finish_reason"))});
  }
  out.json = std::move(completion_json);
  return out;
}

}  // namespace claif::api

#include "api/chat_json.hpp"
#include "base/json.hpp"
#include "wire/chat_response.hpp"

namespace claif::api {
namespace {

std::string json_list(const std::vector<const wire::Block*>& blocks) {
  if (blocks.empty()) return {};
  json::Writer out;
  out.array();
  for (const wire::Block* block : blocks)
    out.value(*block->json);
  out.end_array();
  return out.take();
}

ChatMessage to_message(const wire::ChatAnswer& answer) {
  ChatMessage out;
  out.role = "assistant";
  out.content = answer.content.value_or("");
  out.reasoning_content = answer.reasoning;
  out.thinking_blocks_json = json_list(answer.thinking);
  for (const auto& a : answer.annotations)
    out.citations.push_back(
        {static_cast<int64_t>(a.begin), static_cast<int64_t>(a.end), a.link.url, a.link.title});
  for (const wire::Block* call : answer.calls)
    out.tool_calls.push_back({std::string(call->id), std::string(call->name), call->input});
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

ChatCompletion to_completion(const wire::Message& message,
                             std::string id,
                             int64_t created,
                             const wire::ChatEncoding& encoding) {
  const wire::ChatAnswer answer = wire::read_answer(message, encoding);
  ChatCompletion out;
  out.json = wire::encode_chat_completion(message, answer, id, created, encoding);
  out.id = std::move(id);
  out.model = message.model;
  out.created = created;
  out.choices.push_back({0, to_message(answer), std::string(answer.refusal.value_or("")),
                         std::string(answer.finish_reason)});
  out.usage = to_usage(message.usage);
  return out;
}

}  // namespace claif::api

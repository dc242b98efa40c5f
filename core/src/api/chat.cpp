#include "api/chat_json.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "wire/finish_reason.hpp"

namespace claif::api {
namespace {

void write_message(const ChatMessage& message, json::Writer& out) {
  out.object().key("role").string(message.role);
  if (!message.content.empty() || message.role != "assistant")
    out.key("content").string(message.content);
  if (!message.tool_call_id.empty()) out.key("tool_call_id").string(message.tool_call_id);
  if (!message.tool_calls.empty()) {
    out.key("tool_calls").array();
    for (const ToolCall& call : message.tool_calls) {
      out.object()
          .key("id")
          .string(call.id)
          .key("type")
          .string("function")
          .key("function")
          .object();
      out.key("name")
          .string(call.name)
          .key("arguments")
          .string(call.arguments)
          .end_object()
          .end_object();
    }
    out.end_array();
  }
  out.end_object();
}

void write_tools(const ChatRequest& request, json::Writer& out) {
  if (request.tools.empty()) return;
  out.key("tools").array();
  for (const ToolDefinition& tool : request.tools) {
    out.object()
        .key("type")
        .string("function")
        .key("function")
        .object()
        .key("name")
        .string(tool.name);
    if (!tool.description.empty()) out.key("description").string(tool.description);
    const auto schema = json::parse(tool.parameters_json);
    out.key("parameters");
    if (schema)
      out.value(schema->root());
    else
      out.string(tool.parameters_json);  // refused later, with its path
    out.end_object().end_object();
  }
  out.end_array();
  const std::string& choice = request.tool_choice;
  if (choice.empty()) return;
  out.key("tool_choice");
  if (choice == "auto" || choice == "none" || choice == "required")
    out.string(choice);
  else
    out.object()
        .key("type")
        .string("function")
        .key("function")
        .object()
        .key("name")
        .string(choice)
        .end_object()
        .end_object();
}

}  // namespace

std::string to_json(const ChatRequest& request, bool stream, const Config& config) {
  const auto preset = config.presets.find(request.model);
  const bool named = preset != config.presets.end();
  std::optional<int64_t> tokens = request.max_completion_tokens;
  if (!tokens && named) tokens = preset->second.max_tokens;
  json::Writer out;
  out.object().key("model").string(named                   ? preset->second.model
                                   : request.model.empty() ? config.model
                                                           : request.model);
  out.key("messages").array();
  for (const ChatMessage& message : request.messages)
    write_message(message, out);
  out.end_array();
  if (tokens) out.key("max_completion_tokens").integer(*tokens);
  if (request.temperature) out.key("temperature").number(*request.temperature);
  if (!request.stop.empty()) {
    out.key("stop").array();
    for (const auto& s : request.stop)
      out.string(s);
    out.end_array();
  }
  write_tools(request, out);
  if (!request.user.empty()) out.key("user").string(request.user);
  if (stream) out.key("stream").boolean(true);
  out.end_object();
  return out.take();
}

Usage to_usage(const wire::Usage& usage) {
  Usage out;
  out.prompt_tokens = usage.prompt_tokens();
  out.completion_tokens = usage.output.value_or(0);
  out.total_tokens = out.prompt_tokens + out.completion_tokens;
  out.cached_tokens = usage.cache_read.value_or(0);
  out.reasoning_tokens = usage.thinking.value_or(0);
  return out;
}

ChatCompletion to_completion(const wire::Message& message, int64_t created) {
  ChatCompletion out;
  out.id = random_id("chatcmpl-");
  out.model = message.model;
  out.created = created;
  out.usage = to_usage(message.usage);
  Choice choice;
  choice.message.role = "assistant";
  const bool refused = message.stop_reason == "refusal";
  for (const wire::Block& block : message.blocks) {
    if (block.kind == wire::BlockKind::text) choice.message.content += block.text;
    if (block.kind == wire::BlockKind::tool_use && !refused)
      choice.message.tool_calls.push_back(
          {std::string(block.id), std::string(block.name), block.input});
  }
  if (refused) choice.refusal = message.refusal.empty() ? wire::kDefaultRefusal : message.refusal;
  choice.finish_reason =
      wire::finish_reason(message.stop_reason, !choice.message.tool_calls.empty());
  out.choices.push_back(std::move(choice));
  return out;
}

}  // namespace claif::api

#include "api/chat_json.hpp"
#include "base/json.hpp"
#include "wire/draft.hpp"
#include "wire/media.hpp"

namespace claif {

ContentPart ContentPart::of_text(std::string text) {
  return {.type = "text", .text = std::move(text)};
}
ContentPart ContentPart::of_image(std::string url) {
  return {.type = "image_url", .url = std::move(url)};
}
ContentPart ContentPart::of_image_bytes(std::string_view bytes) {
  const std::string data = wire::encode_base64(bytes);
  const std::string_view type = wire::sniff_image(data);
  // An unknown type is refused when the request is read, with its path.
  return of_image("data:" + std::string(type.empty() ? "application/octet-stream" : type) +
                  ";base64," + data);
}
ContentPart ContentPart::of_file(std::string filename, std::string_view bytes) {
  const std::string data = wire::encode_base64(bytes);
  std::string_view type = wire::sniff_image(data);
  if (type.empty()) type = bytes.starts_with("%PDF-") ? "application/pdf" : "text/plain";
  return {.type = "file",
          .file_data = "data:" + std::string(type) + ";base64," + data,
          .filename = std::move(filename)};
}
ContentPart ContentPart::of_file_id(std::string file_id) {
  return {.type = "file", .file_id = std::move(file_id)};
}
ToolDefinition ToolDefinition::of_json(std::string json) {
  return {.name = {}, .description = {}, .json = std::move(json)};
}

namespace api {
namespace {

void write_part(const ContentPart& part, json::Writer& out) {
  out.object().key("type").string(part.type);
  if (part.type == "image_url") {
    out.key("image_url").object().key("url").string(part.url).end_object();
  } else if (part.type == "file") {
    out.key("file").object();
    if (!part.filename.empty()) out.key("filename").string(part.filename);
    if (!part.file_data.empty()) out.key("file_data").string(part.file_data);
    if (!part.file_id.empty()) out.key("file_id").string(part.file_id);
    out.end_object();
  } else {
    out.key("text").string(part.text);
  }
  out.end_object();
}

void write_content(const ChatMessage& message, json::Writer& out) {
  if (message.parts.empty()) {
    if (!message.content.empty() || message.role != "assistant")
      out.key("content").string(message.content);
    return;
  }
  out.key("content").array();
  if (!message.content.empty()) write_part(ContentPart::of_text(message.content), out);
  for (const ContentPart& part : message.parts)
    write_part(part, out);
  out.end_array();
}

void write_calls(const ChatMessage& message, json::Writer& out) {
  if (message.tool_calls.empty()) return;
  out.key("tool_calls").array();
  for (const ToolCall& call : message.tool_calls) {
    out.object().key("id").string(call.id).key("type").string("function");
    out.key("function").object().key("name").string(call.name);
    out.key("arguments").string(call.arguments).end_object().end_object();
  }
  out.end_array();
}

// JSON text of the caller's as a value of ours.
Result<void> write_json(std::string_view text, const std::string& param, json::Writer& out) {
  const auto compact = json::compact(text);
  if (!compact) return wire::invalid_value(param, "'" + param + "' is not JSON");
  out.raw(*compact);
  return {};
}

Result<void> write_message(const ChatMessage& message, size_t i, json::Writer& out) {
  out.object().key("role").string(message.role);
  write_content(message, out);
  if (!message.tool_call_id.empty()) out.key("tool_call_id").string(message.tool_call_id);
  if (!message.thinking_blocks_json.empty()) {
    out.key("thinking_blocks");
    CLAIF_CHECK(write_json(message.thinking_blocks_json,
                           "messages[" + std::to_string(i) + "].thinking_blocks", out));
  }
  write_calls(message, out);
  out.end_object();
  return {};
}

Result<void> write_tool(const ToolDefinition& tool, const std::string& path, json::Writer& out) {
  if (!tool.json.empty()) return write_json(tool.json, path, out);
  out.object().key("type").string("function");
  out.key("function").object().key("name").string(tool.name);
  if (!tool.description.empty()) out.key("description").string(tool.description);
  if (tool.strict) out.key("strict").boolean(true);
  out.key("parameters");
  CLAIF_CHECK(write_json(tool.parameters_json, path + ".function.parameters", out));
  out.end_object().end_object();
  return {};
}

Result<void> write_tools(const ChatRequest& request, json::Writer& out) {
  if (!request.tools.empty()) {
    out.key("tools").array();
    for (size_t i = 0; i < request.tools.size(); ++i)
      CLAIF_CHECK(write_tool(request.tools[i], "tools[" + std::to_string(i) + "]", out));
    out.end_array();
  }
  if (request.parallel_tool_calls)
    out.key("parallel_tool_calls").boolean(*request.parallel_tool_calls);
  const std::string& choice = request.tool_choice;
  if (choice.empty()) return {};
  out.key("tool_choice");
  if (choice == "auto" || choice == "none" || choice == "required") {
    out.string(choice);
    return {};
  }
  out.object().key("type").string("function").key("function").object();
  out.key("name").string(choice).end_object().end_object();
  return {};
}

Result<void> write_format(const ChatRequest& request, json::Writer& out) {
  if (!request.response_format) return {};
  out.key("response_format").object().key("type").string("json_schema");
  out.key("json_schema").object().key("name").string(request.response_format->name).key("schema");
  CLAIF_CHECK(
      write_json(request.response_format->schema_json, "response_format.json_schema.schema", out));
  out.end_object().end_object();
  return {};
}

Result<void> write_extra(const std::string& extra, json::Writer& out) {
  if (extra.empty()) return {};
  const auto doc = json::parse(extra);
  if (!doc || !doc->root().IsObject())
    return wire::invalid_value("extra_json", "'extra_json' is not a JSON object");
  for (const auto& member : doc->root().GetObject())
    out.any_key(json::text(member.name)).value(member.value);
  return {};
}

}  // namespace

Result<std::string> to_json(const ChatRequest& request, bool stream, const Config& config) {
  const auto preset = config.presets.find(request.model);
  const bool named = preset != config.presets.end();
  std::optional<int64_t> tokens = request.max_completion_tokens;
  if (!tokens && named) tokens = preset->second.max_tokens;
  json::Writer out;
  out.object().key("model").string(named                   ? preset->second.model
                                   : request.model.empty() ? config.model
                                                           : request.model);
  out.key("messages").array();
  for (size_t i = 0; i < request.messages.size(); ++i)
    CLAIF_CHECK(write_message(request.messages[i], i, out));
  out.end_array();
  if (tokens) out.key("max_completion_tokens").integer(*tokens);
  if (request.temperature) out.key("temperature").number(*request.temperature);
  if (!request.stop.empty()) {
    out.key("stop").array();
    for (const auto& s : request.stop)
      out.string(s);
    out.end_array();
  }
  CLAIF_CHECK(write_tools(request, out));
  if (!request.reasoning_effort.empty())
    out.key("reasoning_effort").string(request.reasoning_effort);
  if (request.include_reasoning) out.key("include_reasoning").boolean(true);
  CLAIF_CHECK(write_format(request, out));
  if (!request.user.empty()) out.key("user").string(request.user);
  if (stream) out.key("stream").boolean(true);
  CLAIF_CHECK(write_extra(request.extra_json, out));
  out.end_object();
  return out.take();
}

}  // namespace api
}  // namespace claif

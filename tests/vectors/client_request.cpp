#include "vectors/client_request.hpp"

#include "support/upstream_sse.hpp"
#include "support/vector_compare.hpp"

#include <set>

namespace claif::test {
namespace {

std::set<std::string> called_tools(const json::Value& vector) {
  std::set<std::string> out;
  const auto add = [&](const json::Value& block) {
    if (json::string_or(block, "type") == "tool_use") out.emplace(json::string_or(block, "name"));
  };
  if (const json::Value* content = json::find(member(vector, "anthropic_response"), "content"))
    for (const auto& block : content->GetArray())
      add(block);
  for (const auto& [type, data] : read_events(upstream_body(vector), 0)) {
    const auto event = parsed(data);
    if (event.HasParseError()) continue;
    if (const json::Value* block = json::find(event, "content_block")) add(*block);
    if (const json::Value* content = json::find(member(event, "message"), "content"))
      for (const auto& block : content->GetArray())
        add(block);
  }
  return out;
}

// The option that turns thinking off in answers; it is on otherwise.
bool wants_reasoning(const json::Value& vector) {
  const json::Value* wish = json::find(member(vector, "options"), "reasoning_content");
  return wish == nullptr || wish->IsTrue();
}

std::string chat_request(const json::Value& vector, bool stream) {
  json::Writer out;
  out.object().key("model").string("claude-opus-5-5").key("max_tokens").integer(1000);
  out.key("messages").array().object().key("role").string("user").key("content").string("Hi");
  out.end_object().end_array();
  if (stream) out.key("stream").boolean(true);
  if (has_option(vector, "include_usage"))
    out.key("stream_options").object().key("include_usage").boolean(true).end_object();
  if (has_option(vector, "include_thinking_blocks"))
    out.key("include_thinking_blocks").boolean(true);
  if (!wants_reasoning(vector)) out.key("include_reasoning").boolean(false);
  if (has_option(vector, "json_object"))
    out.key("response_format").object().key("type").string("json_object").end_object();
  const auto tools = called_tools(vector);
  const bool legacy = has_option(vector, "legacy_functions");
  if (!tools.empty()) out.key(legacy ? "functions" : "tools").array();
  for (const std::string& tool : tools) {
    if (!legacy) out.object().key("type").string("function").key("function");
    out.object().key("name").string(tool).end_object();
    if (!legacy) out.end_object();
  }
  if (!tools.empty()) out.end_array();
  out.end_object();
  return out.take();
}

std::string responses_request(const json::Value& vector, bool stream) {
  json::Writer out;
  out.object().key("model").string("claude-opus-5-5").key("max_output_tokens").integer(1000);
  out.key("input").string("Hi");
  if (stream) out.key("stream").boolean(true);
  if (wants_reasoning(vector))
    out.key("reasoning").object().key("summary").string("auto").end_object();
  if (has_option(vector, "include_encrypted"))
    out.key("include").array().string("reasoning.encrypted_content").end_array();
  if (has_option(vector, "json_object")) {
    out.key("text").object().key("format").object().key("type").string("json_object");
    out.end_object().end_object();
  }
  const auto tools = called_tools(vector);
  if (!tools.empty()) out.key("tools").array();
  for (const std::string& tool : tools)
    out.object().key("type").string("function").key("name").string(tool).end_object();
  if (!tools.empty()) out.end_array();
  out.end_object();
  return out.take();
}

}  // namespace

bool is_responses(const json::Value& vector) {
  return json::string_or(vector, "endpoint") == "responses";
}

std::string path_of(const json::Value& vector) {
  return is_responses(vector) ? "/v1/responses" : "/v1/chat/completions";
}

std::string client_request(const json::Value& vector, bool stream) {
  return is_responses(vector) ? responses_request(vector, stream) : chat_request(vector, stream);
}

}  // namespace claif::test

#include "floor/translate.hpp"

#define RAPIDJSON_SSE2
#include "net/http_message.hpp"

#include <ctime>
#include <string_view>

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace claif::bench {
namespace {

namespace rj = rapidjson;
using Writer = rj::Writer<rj::StringBuffer>;

std::string_view text_of(const rj::Value& value) {
  if (!value.IsString()) return {};
  return {value.GetString(), value.GetStringLength()};
}

void put(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rj::SizeType>(text.size()));
}

void put(Writer& writer, const char* key, std::string_view text) {
  writer.Key(key);
  put(writer, text);
}

std::string finish_reason(std::string_view stop_reason) {
  if (stop_reason == "max_tokens") return "length";
  return stop_reason == "tool_use" ? "tool_calls" : "stop";
}

// Writes the messages and returns the system prompt that was among them.
std::string put_messages(Writer& writer, const rj::Value& messages) {
  std::string system;
  writer.Key("messages");
  writer.StartArray();
  for (const rj::Value& message : messages.GetArray()) {
    const std::string_view role = text_of(message["role"]);
    if (role == "system") {
      if (!system.empty()) system += '\n';
      system += text_of(message["content"]);
      continue;
    }
    writer.StartObject();
    put(writer, "role", role);
    writer.Key("content");
    message["content"].Accept(writer);
    writer.EndObject();
  }
  writer.EndArray();
  return system;
}

void append_message(std::string& out, std::string_view head, const rj::StringBuffer& body) {
  out.append(head).append("Content-Length: ").append(std::to_string(body.GetSize()));
  out.append("\r\n\r\n").append(body.GetString(), body.GetSize());
}

// The part of a chunk that all of them share, up to the delta.
void open_chunk(Writer& writer, const StreamState& state) {
  writer.StartObject();
  put(writer, "id", state.id);
  put(writer, "object", "chat.completion.chunk");
  writer.Key("created");
  writer.Int64(std::time(nullptr));
  put(writer, "model", state.model);
  writer.Key("choices");
  writer.StartArray();
  writer.StartObject();
  writer.Key("index");
  writer.Int(0);
  writer.Key("delta");
  writer.StartObject();
}

void close_chunk(std::string& out,
                 Writer& writer,
                 rj::StringBuffer& buffer,
                 std::string_view finish) {
  writer.EndObject();
  writer.Key("finish_reason");
  if (finish.empty()) {
    writer.Null();
  } else {
    put(writer, finish);
  }
  writer.EndObject();
  writer.EndArray();
  writer.EndObject();
  std::string event = "data: ";
  event.append(buffer.GetString(), buffer.GetSize()).append("\n\n");
  append_chunk(out, event);
}

}  // namespace

bool append_messages_request(std::string& out, std::string_view head, char* body) {
  rj::Document document;
  document.ParseInsitu(body);
  if (document.HasParseError() || !document.IsObject() || !document.HasMember("messages") ||
      !document.HasMember("model")) {
    return false;
  }
  rj::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  put(writer, "model", text_of(document["model"]));
  writer.Key("max_tokens");
  writer.Int(document.HasMember("max_tokens") ? document["max_tokens"].GetInt() : 4096);
  if (document.HasMember("temperature")) {
    writer.Key("temperature");
    writer.Double(document["temperature"].GetDouble());
  }
  writer.Key("stream");
  writer.Bool(document.HasMember("stream") && document["stream"].IsTrue());
  const std::string system = put_messages(writer, document["messages"]);
  if (!system.empty()) put(writer, "system", system);
  writer.EndObject();
  append_message(out, head, buffer);
  return true;
}

bool append_chat_completion(std::string& out, std::string_view head, char* body) {
  rj::Document document;
  document.ParseInsitu(body);
  if (document.HasParseError() || !document.IsObject() || !document.HasMember("content")) {
    return false;
  }
  std::string text;
  for (const rj::Value& block : document["content"].GetArray()) {
    if (text_of(block["type"]) == "text") text += text_of(block["text"]);
  }
  const rj::Value& usage = document["usage"];
  const int prompt_tokens = usage["input_tokens"].GetInt();
  const int completion_tokens = usage["output_tokens"].GetInt();
  rj::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  put(writer, "id", text_of(document["id"]));
  put(writer, "object", "chat.completion");
  writer.Key("created");
  writer.Int64(std::time(nullptr));
  put(writer, "model", text_of(document["model"]));
  writer.Key("choices");
  writer.StartArray();
  writer.StartObject();
  writer.Key("index");
  writer.Int(0);
  writer.Key("message");
  writer.StartObject();
  put(writer, "role", "assistant");
  put(writer, "content", text);
  writer.EndObject();
  writer.Key("logprobs");
  writer.Null();
  put(writer, "finish_reason", finish_reason(text_of(document["stop_reason"])));
  writer.EndObject();
  writer.EndArray();
  writer.Key("usage");
  writer.StartObject();
  writer.Key("prompt_tokens");
  writer.Int(prompt_tokens);
  writer.Key("completion_tokens");
  writer.Int(completion_tokens);
  writer.Key("total_tokens");
  writer.Int(prompt_tokens + completion_tokens);
  writer.EndObject();
  writer.EndObject();
  append_message(out, head, buffer);
  return true;
}

void append_chat_chunks(std::string& out, std::span<char> event, StreamState& state) {
  const std::size_t data = std::string_view(event.data(), event.size()).find("data: ");
  if (data == std::string_view::npos) return;
  rj::Document document;
  document.ParseInsitu(event.data() + data + 6);
  if (document.HasParseError() || !document.IsObject()) return;
  const std::string_view type = text_of(document["type"]);
  if (type == "message_stop") {
    append_chunk(out, "data: [DONE]\n\n");
    out += kLastChunk;
    return;
  }
  std::string finish;
  rj::StringBuffer buffer;
  Writer writer(buffer);
  if (type == "content_block_delta") {
    open_chunk(writer, state);
    put(writer, "content", text_of(document["delta"]["text"]));
  } else if (type == "message_start") {
    state.id = text_of(document["message"]["id"]);
    state.model = text_of(document["message"]["model"]);
    open_chunk(writer, state);
    put(writer, "role", "assistant");
    put(writer, "content", "");
  } else if (type == "message_delta") {
    open_chunk(writer, state);
    finish = finish_reason(text_of(document["delta"]["stop_reason"]));
  } else {
    return;
  }
  close_chunk(out, writer, buffer, finish);
}

}  // namespace claif::bench

// The frames of an OpenAI chat completion stream, read back.
#pragma once

#include "support/json_difference.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace claif::test {

struct ChatFrames {
  std::vector<std::string> chunks;  // JSON of each, in order
  bool done = false;                // data: [DONE] was the last
  std::string fault;                // what is wrong with the framing; empty: nothing
};

inline ChatFrames read_frames(std::string_view sse) {
  ChatFrames out;
  while (!sse.empty()) {
    const size_t end = sse.find("\n\n");
    if (end == std::string_view::npos || !sse.starts_with("data: ") || out.done) {
      out.fault = "no frame: " + std::string(sse.substr(0, 100));
      return out;
    }
    const std::string_view data = sse.substr(6, end - 6);
    sse.remove_prefix(end + 2);
    if (data == "[DONE]")
      out.done = true;
    else if (parsed(data).HasParseError())
      out.fault = "not JSON: " + std::string(data);
    else
      out.chunks.emplace_back(data);
  }
  return out;
}

// What a client of a stream ends up with.
struct Reassembled {
  struct Call {
    std::string id, name, arguments;
  };
  std::string text, reasoning, refusal, finish_reason, model, tier;
  std::vector<Call> calls;
  std::vector<Call> functions;               // the legacy form: none or one, without an id
  std::string annotations, thinking_blocks;  // JSON entries with commas between
  std::string usage;                         // JSON, empty: none
};

inline void add_entries(const json::Value& delta, std::string_view key, std::string& out) {
  if (const json::Value* list = json::find(delta, key))
    for (const auto& entry : list->GetArray())
      (out += out.empty() ? "" : ",") += json::dump(entry);
}

inline void add_call(const json::Value& function, Reassembled::Call& out) {
  out.name += json::string_or(function, "name");
  out.arguments += json::string_or(function, "arguments");
}

inline Reassembled reassemble(const ChatFrames& frames) {
  Reassembled out;
  for (const std::string& chunk : frames.chunks) {
    const auto doc = parsed(chunk);
    if (const json::Value* usage = json::find(doc, "usage")) out.usage = json::dump(*usage);
    out.model = json::string_or(doc, "model");
    out.tier = json::string_or(doc, "service_tier");
    const json::Value* choices = json::find(doc, "choices");
    if (choices == nullptr || choices->Empty()) continue;
    const json::Value& choice = (*choices)[0];
    const json::Value& delta = choice["delta"];
    out.text += json::string_or(delta, "content");
    out.reasoning += json::string_or(delta, "reasoning_content");
    out.refusal += json::string_or(delta, "refusal");
    out.finish_reason += json::string_or(choice, "finish_reason");
    add_entries(delta, "annotations", out.annotations);
    add_entries(delta, "thinking_blocks", out.thinking_blocks);
    if (const json::Value* function = json::find(delta, "function_call")) {
      out.functions.resize(1);
      add_call(*function, out.functions[0]);
    }
    const json::Value* calls = json::find(delta, "tool_calls");
    if (calls == nullptr) continue;
    for (const auto& call : calls->GetArray()) {
      const auto index = static_cast<size_t>(json::integer_or(call, "index"));
      if (out.calls.size() <= index) out.calls.resize(index + 1);
      out.calls[index].id += json::string_or(call, "id");
      add_call(call["function"], out.calls[index]);
    }
  }
  return out;
}

}  // namespace claif::test

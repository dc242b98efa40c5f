#include "wire/block.hpp"

#include "base/limits.hpp"
#include "wire/message.hpp"

namespace claif::wire {
namespace {

BlockKind block_kind(std::string_view type) {
  if (type == "text") return BlockKind::text;
  if (type == "tool_use") return BlockKind::tool_use;
  if (type == "server_tool_use") return BlockKind::server_tool_use;
  if (type == "thinking") return BlockKind::thinking;
  if (type == "redacted_thinking") return BlockKind::redacted_thinking;
  return BlockKind::other;
}

// Whether `json` can be the input of a call in a request, where five levels are around it.
bool is_input(const std::string& json) {
  const auto doc = json::parse(json);
  return doc && doc->root().IsObject() && json::is_within(doc->root(), limits::kJsonDepth - 5);
}

void write_input(json::Writer& out, const std::string& input) {
  if (is_input(input))
    out.raw(input);
  else  // a cut call has half a JSON text
    out.object().key("INVALID_JSON").string(input).end_object();
}

bool is_filled_list(const json::Value* v) {
  return v != nullptr && v->IsArray() && !v->Empty();
}

// The JSON of the list's entries, with commas between.
std::string entries(const json::Value& list) {
  std::string out;
  for (const auto& entry : list.GetArray())
    (out += out.empty() ? "" : ",") += json::dump(entry);
  return out;
}

// Writes the members of `block`, each as `write_member` does where that returns true.
void write_members(const json::Value& block,
                   json::Writer& out,
                   const std::function<bool(std::string_view name)>& write_member) {
  for (const auto& member : block.GetObject()) {
    const std::string_view name = json::text(member.name);
    if (!write_member(name)) out.any_key(name).value(member.value);
  }
}

}  // namespace

BlockStart start_of(const json::Value& block,
                    int64_t index,
                    std::string& input,
                    std::string& json) {
  BlockStart out{index, block_kind(json::string_or(block, "type")), {}, {}, {}, {}, {}};
  if (out.kind == BlockKind::text) out.text = json::string_or(block, "text");
  if (out.kind == BlockKind::thinking) out.text = json::string_or(block, "thinking");
  if (out.kind == BlockKind::tool_use || out.kind == BlockKind::server_tool_use) {
    out.id = json::string_or(block, "id");
    out.name = json::string_or(block, "name");
    const json::Value* value = json::find(block, "input");
    input = value == nullptr ? "{}" : json::dump(*value);
    out.input = input;
  }
  json = json::dump(block);
  out.json = json;
  return out;
}

void each_block(const MessageStart& start, const std::function<void(const BlockStart&)>& each) {
  if (start.content.empty()) return;
  const auto list = json::parse(std::string(start.content));
  if (!list || !list->root().IsArray()) return;
  std::string input, json;
  int64_t index = 0;
  for (const auto& block : list->root().GetArray())
    each(start_of(block, index++, input, json));
}

BlockBuilder BlockBuilder::implicit_text(int64_t index) {
  return BlockBuilder({index, BlockKind::text, {}, {}, {}, {}, R"({"type":"text","text":""})"});
}

void BlockBuilder::add(const TextDelta& delta) {
  if (kind_ == BlockKind::text) text_ += delta.text;
}

void BlockBuilder::add(const JsonDelta& delta) {
  if (kind_ == BlockKind::tool_use || kind_ == BlockKind::server_tool_use ||
      kind_ == BlockKind::other)  // mcp_tool_use and its like
    input_ += delta.partial_json;
}

void BlockBuilder::add(const ThinkingDelta& delta) {
  if (kind_ == BlockKind::thinking) text_ += delta.thinking;
}

void BlockBuilder::add(const SignatureDelta& delta) {
  if (kind_ == BlockKind::thinking && !delta.signature.empty()) signature_ = delta.signature;
}

void BlockBuilder::add(const CitationsDelta& delta) {
  if (kind_ == BlockKind::text) (citations_ += citations_.empty() ? "" : ",") += delta.citation;
}

void BlockBuilder::write(json::Writer& out) const {
  const auto start = json::parse(start_);
  if (!start || !start->root().IsObject()) {
    out.raw(start ? start_ : "null");
    return;
  }
  const json::Value& block = start->root();
  const std::string_view text_key = kind_ == BlockKind::thinking ? "thinking" : "text";
  const bool is_call = kind_ == BlockKind::tool_use || kind_ == BlockKind::server_tool_use;
  bool has_text = text_.empty(), has_input = input_.empty() && !is_call;
  bool has_signature = signature_.empty(), has_citations = citations_.empty();
  const auto write_citations = [&](const json::Value* old) {
    const std::string before = is_filled_list(old) ? entries(*old) + "," : std::string();
    out.key("citations").raw("[" + before + citations_ + "]");
    has_citations = true;
  };
  out.object();
  write_members(block, out, [&](std::string_view name) {
    if (name == text_key && !has_text) {
      out.key(text_key).string(std::string(json::string_or(block, text_key)) += text_);
      return has_text = true;
    }
    if (name == "input" && !has_input) {
      const json::Value* input = json::find(block, "input");
      out.key("input");
      write_input(out, !input_.empty() ? input_ : input ? json::dump(*input) : "{}");
      return has_input = true;
    }
    if (name == "signature" && !has_signature) {
      out.key("signature").string(signature_);
      return has_signature = true;
    }
    if (name != "citations" || has_citations) return false;
    write_citations(json::find(block, "citations"));
    return true;
  });
  if (!has_text) out.key(text_key).string(text_);
  if (!has_input) write_input(out.key("input"), input_.empty() ? "{}" : input_);
  if (!has_signature) out.key("signature").string(signature_);
  if (!has_citations) write_citations(nullptr);
  out.end_object();
}

void expand_block(const Block& block,
                  int64_t index,
                  const std::function<void(std::string_view json)>& emit) {
  json::Writer out;
  const auto begin = [&](std::string_view type) -> json::Writer& {
    out.clear();
    return out.object().key("type").string(type).key("index").integer(index);
  };
  const auto delta = [&](std::string_view type, std::string_view key, std::string_view value) {
    begin("content_block_delta").key("delta").object().key("type").string(type);
    out.key(key).raw(value).end_object().end_object();
    emit(out.view());
  };
  const auto text_delta = [&](std::string_view type, std::string_view key, std::string_view value) {
    if (!value.empty()) delta(type, key, json::quote(value));
  };
  const bool is_text = block.kind == BlockKind::text,
             is_thinking = block.kind == BlockKind::thinking;
  const bool has_input =
      block.kind == BlockKind::tool_use || block.kind == BlockKind::server_tool_use;
  const json::Value* citations = block.json ? json::find(*block.json, "citations") : nullptr;

  begin("content_block_start").key("content_block");
  if (block.json == nullptr) {
    out.raw(R"({"type":"text","text":""})");
  } else if (!is_text && !is_thinking && !has_input) {
    out.value(*block.json);
  } else {
    out.object();
    write_members(*block.json, out, [&](std::string_view name) {
      if ((is_text && name == "text") ||
          (is_thinking && (name == "thinking" || name == "signature")))
        return out.key(name).string(""), true;
      if (has_input && name == "input") return out.key(name).raw("{}"), true;
      if (is_text && name == "citations" && is_filled_list(citations))
        return out.key(name).raw("[]"), true;
      return false;
    });
    out.end_object();
  }
  out.end_object();
  emit(out.view());

  if (is_text) text_delta("text_delta", "text", block.text);
  if (is_text && is_filled_list(citations))
    for (const auto& citation : citations->GetArray())
      delta("citations_delta", "citation", json::dump(citation));
  if (is_thinking) {
    text_delta("thinking_delta", "thinking", block.text);
    text_delta("signature_delta", "signature", json::string_or(*block.json, "signature"));
  }
  if (has_input) text_delta("input_json_delta", "partial_json", block.input);
  begin("content_block_stop").end_object();
  emit(out.view());
}

}  // namespace claif::wire

#include "wire/chat_response.hpp"

#include "wire/code_fence.hpp"
#include "wire/finish_reason.hpp"
#include "wire/usage.hpp"

#include <algorithm>

namespace claif::wire {
namespace {

// The text of an answer as the client gets it.
struct Content {
  struct Annotation {
    Link link;
    size_t begin, end;
  };
  bool present = false;
  std::string text;
  std::vector<Annotation> annotations;
};

Content read_content(const Message& message, bool strip_fence) {
  Content out;
  size_t points = 0;
  for (const Block& block : message.blocks) {
    if (block.kind != BlockKind::text) continue;
    out.present = true;
    out.text += block.text;
    const size_t begin = points;
    points += code_points(block.text);
    if (block.json == nullptr) continue;
    for (Link& link : links_of(*block.json))
      out.annotations.push_back({std::move(link), begin, points});
  }
  if (!strip_fence) return out;
  const std::string_view inside = without_fence(out.text);
  if (inside.size() == out.text.size()) return out;
  const auto before = static_cast<size_t>(inside.data() - out.text.data());
  const size_t removed = code_points(std::string_view(out.text).substr(0, before));
  const size_t left = code_points(inside);
  for (Content::Annotation& a : out.annotations)
    for (size_t* offset : {&a.begin, &a.end})
      *offset = std::min(*offset - std::min(*offset, removed), left);
  out.text = std::string(inside);
  return out;
}

bool has_call(const Message& message) {
  return std::any_of(message.blocks.begin(), message.blocks.end(),
                     [](const Block& block) { return block.kind == BlockKind::tool_use; });
}

void write_call(const Block& block, json::Writer& out) {
  out.object().key("name").string(block.name).key("arguments").string(block.input).end_object();
}

void write_calls(const Message& message, bool legacy_functions, json::Writer& out) {
  if (legacy_functions) {  // it holds one call only
    const auto first =
        std::find_if(message.blocks.begin(), message.blocks.end(),
                     [](const Block& block) { return block.kind == BlockKind::tool_use; });
    write_call(*first, out.key("function_call"));
    return;
  }
  out.key("tool_calls").array();
  for (const Block& block : message.blocks) {
    if (block.kind != BlockKind::tool_use) continue;
    out.object().key("id").string(block.id).key("type").string("function");
    write_call(block, out.key("function"));
    out.end_object();
  }
  out.end_array();
}

void write_thinking(const Message& message, const ChatEncoding& encoding, json::Writer& out) {
  std::string text;
  bool has_blocks = false;
  for (const Block& block : message.blocks) {
    has_blocks |= block.kind == BlockKind::thinking || block.kind == BlockKind::redacted_thinking;
    if (block.kind != BlockKind::thinking || block.text.empty()) continue;
    if (!text.empty()) text += "\n\n";
    text += block.text;
  }
  if (encoding.reasoning && !text.empty()) out.key("reasoning_content").string(text);
  if (!encoding.thinking_blocks || !has_blocks) return;
  out.key("thinking_blocks").array();
  for (const Block& block : message.blocks)
    if (block.kind == BlockKind::thinking || block.kind == BlockKind::redacted_thinking)
      out.value(*block.json);
  out.end_array();
}

void write_message(const Message& message, const ChatEncoding& encoding, json::Writer& out) {
  const bool refused = message.stop_reason == "refusal";
  const bool has_calls = !refused && has_call(message);
  const Content content = read_content(message, encoding.strip_fence);
  out.object().key("role").string("assistant").key("content");
  if (content.present)
    out.string(content.text);
  else if (has_calls || refused)
    out.null();
  else
    out.string("");
  out.key("refusal");
  if (refused)
    out.string(message.refusal.empty() ? kDefaultRefusal : message.refusal);
  else
    out.null();
  write_thinking(message, encoding, out);
  if (!content.annotations.empty()) {
    out.key("annotations").array();
    for (const Content::Annotation& a : content.annotations)
      write_annotation(out, a.link, a.begin, a.end);
    out.end_array();
  }
  if (has_calls) write_calls(message, encoding.legacy_functions, out);
  out.end_object();
}

}  // namespace

std::string encode_chat_completion(const Message& message,
                                   std::string_view id,
                                   int64_t created,
                                   const ChatEncoding& encoding) {
  json::Writer out(1024);
  out.object().key("id").string(id).key("object").string("chat.completion");
  out.key("created").integer(created).key("model").string(message.model);
  if (const auto tier = openai_tier(message.service_tier); !tier.empty())
    out.key("service_tier").string(tier);
  out.key("choices").array().object().key("index").integer(0);
  write_message(message, encoding, out.key("message"));
  out.key("logprobs").null().key("finish_reason");
  out.string(finish_reason(message.stop_reason, has_call(message), encoding.legacy_functions));
  out.end_object().end_array();
  write_openai_usage(out.key("usage"), message.usage);
  out.end_object();
  return out.take();
}

}  // namespace claif::wire

#include "wire/chat_answer.hpp"

#include "wire/code_fence.hpp"
#include "wire/finish_reason.hpp"

#include <algorithm>

namespace claif::wire {
namespace {

// F2: without the fence around it, the annotations moved along.
void strip_fence(ChatAnswer& answer) {
  std::string& text = *answer.content;
  const std::string_view inside = without_fence(text);
  if (inside.size() == text.size()) return;
  const auto before = static_cast<size_t>(inside.data() - text.data());
  const size_t removed = code_points(std::string_view(text).substr(0, before));
  const size_t left = code_points(inside);
  for (ChatAnswer::Annotation& a : answer.annotations)
    for (size_t* offset : {&a.begin, &a.end})
      *offset = std::min(*offset - std::min(*offset, removed), left);
  text = std::string(inside);
}

void read_text(const Message& message, ChatAnswer& out) {
  size_t points = 0;
  for (const Block& block : message.blocks) {
    if (block.kind != BlockKind::text) continue;
    if (!out.content) out.content.emplace();
    *out.content += block.text;
    const size_t begin = points;
    points += code_points(block.text);
    if (block.json == nullptr) continue;
    for (Link& link : links_of(*block.json))
      out.annotations.push_back({std::move(link), begin, points});
  }
}

void read_thinking(const Message& message, const ChatEncoding& encoding, ChatAnswer& out) {
  for (const Block& block : message.blocks) {
    if (block.kind != BlockKind::thinking && block.kind != BlockKind::redacted_thinking) continue;
    if (encoding.thinking_blocks) out.thinking.push_back(&block);
    if (!encoding.reasoning || block.kind != BlockKind::thinking || block.text.empty()) continue;
    if (!out.reasoning.empty()) out.reasoning += "\n\n";
    out.reasoning += block.text;
  }
}

}  // namespace

ChatAnswer read_answer(const Message& message, const ChatEncoding& encoding) {
  ChatAnswer out;
  read_text(message, out);
  if (encoding.strip_fence && out.content) strip_fence(out);
  read_thinking(message, encoding, out);
  for (const Block& block : message.blocks)
    if (block.kind == BlockKind::tool_use) out.calls.push_back(&block);
  out.finish_reason =
      finish_reason(message.stop_reason, !out.calls.empty(), encoding.legacy_functions);
  if (message.stop_reason == "refusal") {
    out.refusal = message.refusal.empty() ? kDefaultRefusal : message.refusal;
    out.calls.clear();
  }
  if (encoding.legacy_functions && out.calls.size() > 1) out.calls.resize(1);  // 2.7
  if (!out.content && out.calls.empty() && !out.refusal) out.content.emplace();
  return out;
}

}  // namespace claif::wire

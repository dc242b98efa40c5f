#include "wire/amend.hpp"

#include "base/ids.hpp"
#include "base/json_scan.hpp"

namespace claif::wire {
namespace {

std::string text_json(std::string_view text) {
  json::Writer out;
  out.object().key("type").string("text").key("text").string(text).end_object();
  return out.take();
}

// Copies `from` piece by piece, some of them replaced.
class Splice {
 public:
  explicit Splice(std::string_view from) : from_(from) {}
  // `span` comes after those before it.
  void replace(json::Span span, std::string_view by) {
    out_.append(from_, at_, span.begin - at_).append(by);
    at_ = span.end;
  }
  std::string take() {
    out_.append(from_, at_);
    return std::move(out_);
  }

 private:
  std::string_view from_;
  std::string out_;
  size_t at_ = 0;
};

void replace_blocks(std::string_view message,
                    json::Span content,
                    const std::map<size_t, std::string>& texts,
                    Splice& out) {
  json::Elements block(message, content);
  for (size_t i = 0; block.next(); ++i)
    if (const auto text = texts.find(i); text != texts.end())
      out.replace(block.element(), text_json(text->second));
}

// Gives `block` another id when it is a tool call.
void replace_call_id(std::string_view message, json::Span block, Splice& out) {
  const std::string_view text = block.of(message);
  json::Span id;
  bool is_call = false;
  for (json::Members member(text); member.next();) {
    if (member.is("type")) is_call = json::unquote(member.value().of(text)) == "tool_use";
    if (member.is("id")) id = member.value();
  }
  if (is_call && id.end > 0)
    out.replace({block.begin + id.begin, block.begin + id.end}, json::quote(random_id("toolu_")));
}

}  // namespace

std::string with_texts(std::string_view message, const std::map<size_t, std::string>& texts) {
  Splice out(message);
  for (json::Members member(message); member.next();)
    if (member.is("content")) replace_blocks(message, member.value(), texts, out);
  return out.take();
}

std::string amend(std::string_view original, const Message& message) {
  std::map<size_t, std::string> texts;
  for (size_t i = 0; i < message.blocks.size(); ++i)
    if (message.blocks[i].json == nullptr) texts.emplace(i, message.blocks[i].text);
  Splice out(original);
  for (json::Members member(original); member.next();) {
    if (member.is("stop_reason") && !message.stop_reason.empty())
      out.replace(member.value(), json::quote(message.stop_reason));
    if (member.is("content")) replace_blocks(original, member.value(), texts, out);
  }
  return out.take();
}

std::string with_fresh_ids(std::string_view message) {
  Splice out(message);
  for (json::Members member(message); member.next();) {
    if (member.is("id")) out.replace(member.value(), json::quote(random_id("msg_")));
    if (!member.is("content")) continue;
    for (json::Elements block(message, member.value()); block.next();)
      replace_call_id(message, block.element(), out);
  }
  return out.take();
}

std::string start_with_texts(std::string_view event, const std::map<size_t, std::string>& texts) {
  Splice out(event);
  for (json::Members member(event); member.next();)
    if (member.is("message"))
      out.replace(member.value(), with_texts(member.value().of(event), texts));
  return out.take();
}

std::string without_tool_use(std::string_view event) {
  Splice out(event);
  for (json::Members member(event); member.next();) {
    if (!member.is("delta")) continue;
    const json::Span delta = member.value();
    for (json::Members field(delta.of(event)); field.next();)
      if (field.is("stop_reason") && json::unquote(field.value().of(delta.of(event))) == "tool_use")
        out.replace({delta.begin + field.value().begin, delta.begin + field.value().end},
                    R"("end_turn")");
  }
  return out.take();
}

}  // namespace claif::wire

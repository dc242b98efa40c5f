#include "wire/amend.hpp"

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

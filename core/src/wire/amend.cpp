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

}  // namespace

std::string amend(const std::string& original, const Message& message) {
  Splice out(original);
  for (json::Members member(original); member.next();) {
    if (member.is("stop_reason")) out.replace(member.value(), json::quote(message.stop_reason));
    if (!member.is("content")) continue;
    json::Elements block(original, member.value());
    for (size_t i = 0; block.next() && i < message.blocks.size(); ++i)
      if (message.blocks[i].json == nullptr)
        out.replace(block.element(), text_json(message.blocks[i].text));
  }
  return out.take();
}

}  // namespace claif::wire

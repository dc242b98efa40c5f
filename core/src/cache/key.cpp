#include "cache/key.hpp"

#include "base/json_scan.hpp"
#include "base/sha256.hpp"

namespace claif::cache {
namespace {

void append_field(std::string& out, std::string_view field) {
  out.append(std::to_string(field.size()))
      .append(":")
      .append(field);  // lengths, so that fields cannot run into each other
}

// Copies `body` without the blanks between its tokens, and without what is left out together with
// the comma that belongs to it.
class Abridged {
 public:
  explicit Abridged(std::string_view body) : body_(body) {}
  // `span`, a member or an element, comes after those before it.
  void leave_out(json::Span span) {
    out_ += json::without_blanks(body_.substr(at_, span.begin - at_));
    at_ = span.end;
    const size_t next = body_.find_first_not_of(" \n\t\r", at_);
    if (next != std::string_view::npos && body_[next] == ',')
      at_ = next + 1;
    else if (out_.ends_with(','))
      out_.pop_back();
  }
  std::string take() {
    out_ += json::without_blanks(body_.substr(at_));
    return std::move(out_);
  }

 private:
  std::string_view body_;
  std::string out_;
  size_t at_ = 0;
};

// Claude Code begins its system prompt with a block that names its own version and build.
bool is_billing_header(std::string_view block) {
  for (json::Members member(block); member.next();)
    if (member.is("text"))
      return json::unquote(member.value().of(block)).starts_with("x-anthropic-billing-header:");
  return false;
}

// What decides the answer: `body` without "stream" and without Claude Code's billing header.
std::string essence(std::string_view body) {
  Abridged out(body);
  for (json::Members member(body); member.next();) {
    if (member.is("stream")) out.leave_out(member.whole());
    if (!member.is("system")) continue;
    json::Elements block(body, member.value());
    if (block.next() && is_billing_header(block.element().of(body))) out.leave_out(block.element());
  }
  return out.take();
}

}  // namespace

std::string key_of(const KeyFacts& facts, std::string_view body) {
  std::string text;
  text.reserve(body.size() + 256);
  text.append("claif-cache-v1").push_back('\0');
  for (const std::string_view field :
       {facts.tenant, facts.transport, facts.api_version, facts.beta})
    append_field(text, field);
  append_field(text, essence(body));
  return hex(sha256(text));
}

}  // namespace claif::cache

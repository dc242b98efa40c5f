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

// `body` without its "stream" member and the comma that belongs to it.
std::string without_stream(std::string_view body) {
  json::Members member(body);
  while (member.next()) {
    if (!member.is("stream")) continue;
    std::string before = json::without_blanks(body.substr(0, member.whole().begin));
    std::string_view after = body.substr(member.whole().end);
    const size_t next = after.find_first_not_of(" \n\t\r");
    if (next != std::string_view::npos && after[next] == ',')
      after.remove_prefix(next + 1);
    else if (before.ends_with(','))
      before.pop_back();
    return before + json::without_blanks(after);
  }
  return json::without_blanks(body);
}

}  // namespace

std::string key_of(const KeyFacts& facts, std::string_view body) {
  std::string text;
  text.reserve(body.size() + 256);
  text.append("claif-cache-v1").push_back('\0');
  for (const std::string_view field :
       {facts.tenant, facts.transport, facts.api_version, facts.beta})
    append_field(text, field);
  append_field(text, without_stream(body));
  return hex(sha256(text));
}

}  // namespace claif::cache

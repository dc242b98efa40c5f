#include "cache/key.hpp"

#include "base/sha256.hpp"

namespace claif::cache {
namespace {

constexpr std::string_view kStreamMember = R"(,"stream":true)";

void append_field(std::string& out, std::string_view field) {
  out.append(std::to_string(field.size()))
      .append(":")
      .append(field);  // lengths, so that fields cannot run into each other
}

}  // namespace

std::string key_of(const KeyFacts& facts, std::string_view body) {
  std::string text;
  text.reserve(body.size() + 256);
  text.append("claif-cache-v1").push_back('\0');
  for (const std::string_view field :
       {facts.tenant, facts.transport, facts.api_version, facts.beta})
    append_field(text, field);
  // "stream" is written before tools and messages, so the first match is the member itself: inside
  // a JSON string its quotes would be escaped. Without the member, a match is part of a tool's
  // data.
  const size_t stream = facts.stream ? body.find(kStreamMember) : std::string_view::npos;
  if (stream == std::string_view::npos)
    append_field(text, body);
  else
    append_field(
        text,
        std::string(body.substr(0, stream)).append(body.substr(stream + kStreamMember.size())));
  return hex(sha256(text));
}

}  // namespace claif::cache

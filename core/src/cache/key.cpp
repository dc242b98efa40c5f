#include "cache/key.hpp"

#include "base/json.hpp"
#include "base/json_canonical.hpp"
#include "base/json_scan.hpp"
#include "base/sha256.hpp"

#include <algorithm>
#include <utility>

namespace claif::cache {
namespace {

constexpr std::string_view kFormat = "claif-cache-v2";  // another one when the translation changes

tl::unexpected<Error> no_key(std::string_view why) {
  return fail(Errc::unsupported, std::string("the request cannot be cached: ").append(why));
}

// Members of the body that do not count when they have this canonical value, which is what the API
// takes when they are absent. Every other member counts, those that nobody here knows as well.
constexpr std::pair<std::string_view, std::string_view> kDefaults[] = {
    {"mcp_servers", "[]"},
    {"metadata", "{}"},
    {"service_tier", R"("auto")"},
    {"stop_sequences", "[]"},
    {"system", "[]"},
    {"temperature", "1"},
    {"tool_choice", R"({"type":"auto"})"},
    {"tools", "[]"},
};

bool is_default(std::string_view name, std::string_view value) {
  return std::any_of(std::begin(kDefaults), std::end(kDefaults),
                     [&](const auto& d) { return d.first == name && d.second == value; });
}

// Claude Code begins its system prompt with a block that names its own version and build.
bool is_billing_header(std::string_view block) {
  for (json::Members member(block); member.next();)
    if (member.is("text"))
      return json::unquote(member.value().of(block)).starts_with("x-anthropic-billing-header:");
  return false;
}

// The list without the billing header.
std::string system_of(std::string_view list) {
  std::string out = "[";
  json::Elements block(list, {0, list.size()});
  for (bool first = true; block.next(); first = false) {
    if (first && is_billing_header(block.element().of(list))) continue;
    if (out.size() > 1) out += ',';
    out += block.element().of(list);
  }
  return out += ']';
}

// The canonical form of what decides the answer.
Result<std::string> essence(std::string_view body) {
  std::vector<std::pair<std::string, std::string>> members;
  for (json::Members member(body); member.next();) {
    if (member.is("stream")) continue;
    auto& [name, value] = members.emplace_back(json::unquote(member.key().of(body)), "");
    const std::string_view text = member.value().of(body);
    const bool is_list = name == "system" && text.starts_with('[');
    const std::string system = is_list ? system_of(text) : std::string();
    if (!json::append_canonical(value, is_list ? system : text))
      return no_key("it has no canonical form (a member twice, for example)");
    // In JSON this cannot be part of a text: its quotes would be escaped.
    if (value.find(R"("type":"url")") != std::string::npos)
      return no_key("it refers to a URL, whose content may change");
    if (is_default(name, value)) members.pop_back();
  }
  std::sort(members.begin(), members.end());
  std::string out;
  out.reserve(body.size());
  for (size_t i = 0; i < members.size(); ++i) {
    const auto& [name, value] = members[i];
    if (i > 0 && name == members[i - 1].first) return no_key("it has '" + name + "' twice");
    out.append(i == 0 ? "{" : ",").append(json::quote(name)).append(":").append(value);
  }
  return out += '}';
}

void append_field(std::string& out, std::string_view field) {
  out.append(std::to_string(field.size()))
      .append(":")
      .append(field);  // lengths, so that fields cannot run into each other
}

}  // namespace

Result<std::string> key_of(const KeyFacts& facts, const wire::MessagesRequest& request) {
  // Names every field, so that none is added without a decision here. The model, the limit and the
  // tools are in the body; the place of the messages and `stream` do not matter.
  const auto& [body, messages_begin, messages_end, model, stream, max_tokens, api_version, beta,
               query, tools] = request;
  CLAIF_TRY(const std::string canonical, essence(body));
  std::string text(kFormat);
  text.reserve(canonical.size() + 512);
  append_field(text, facts.tenant);
  append_field(text, std::to_string(facts.chain.size()));
  for (const std::string_view plugin : facts.chain)
    append_field(text, plugin);
  for (const std::string_view field : {api_version, beta, query})
    append_field(text, field);
  append_field(text, canonical);
  return hex(sha256(text));
}

}  // namespace claif::cache

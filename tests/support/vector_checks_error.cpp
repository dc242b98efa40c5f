#include "base/time.hpp"
#include "support/vector_checks.hpp"
#include "support/vector_compare.hpp"
#include "wire/openai_error.hpp"

#include <algorithm>
#include <cctype>

namespace claif::test {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Headers that a client acts on: those expected are there, and no others of these families.
// x-request-id is the gateway's to send.
std::string header_difference(const json::Value& expected, const Error& error) {
  if (!expected.IsObject()) return "the vector lacks the headers";
  for (const auto& [key, value] : expected.GetObject()) {
    const std::string_view name = json::text(key);
    if (name == "x-request-id") continue;
    const auto found = std::find_if(error.headers.begin(), error.headers.end(),
                                    [&](const auto& header) { return header.first == name; });
    if (found == error.headers.end()) return "lacks the header " + std::string(name);
    if (found->second != json::text(value)) return std::string(name) + " is " + found->second;
  }
  for (const auto& [name, value] : error.headers) {
    const bool watched = name.starts_with("x-ratelimit-") || name.starts_with("retry-after") ||
                         name == "x-should-retry";
    if (watched && !expected.HasMember(name.c_str())) return "has the header " + name;
  }
  return {};
}

}  // namespace

std::string check_error(const json::Value& v) {
  const json::Value& upstream = member(v, "upstream");
  wire::UpstreamHead head;
  head.status = static_cast<int>(json::integer_or(upstream, "status"));
  if (const json::Value* headers = json::find(upstream, "headers"))
    for (const auto& header : headers->GetObject())
      head.headers.emplace_back(lower(json::text(header.name)), json::text(header.value));
  const json::Value* body = json::find(upstream, "body");
  const auto now = parse_rfc3339(json::string_or(v, "now"));
  if (!now) return "the vector has no time";
  const json::Value* options = json::find(v, "options");
  const bool gateway = options != nullptr && json::string_or(*options, "key_source") == "gateway";
  const Error error = wire::from_upstream(
      head, body != nullptr ? json::dump(*body) : json::string_or(upstream, "body_text"),
      {*now, gateway ? wire::KeyOwner::gateway : wire::KeyOwner::caller});
  const json::Value& expected = member(v, "expect");
  if (const int status = wire::http_status(error); status != json::integer_or(expected, "status"))
    return "status is " + std::to_string(status);
  if (auto differs = error_difference(member(expected, "error"), wire::encode_error(error));
      !differs.empty())
    return differs;
  return header_difference(member(expected, "headers"), error);
}

}  // namespace claif::test

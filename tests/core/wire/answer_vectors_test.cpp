#include "support/vectors.hpp"
#include "wire/chat_response.hpp"
#include "wire/openai_error.hpp"

#include <gtest/gtest.h>

namespace claif::test {
namespace {

// The arguments of complete calls compare as JSON.
void parse_arguments(json::Value& completion, rapidjson::Document::AllocatorType& pool) {
  for (auto& choice : completion["choices"].GetArray()) {
    const auto calls = choice["message"].FindMember("tool_calls");
    if (calls == choice["message"].MemberEnd()) continue;
    for (auto& call : calls->value.GetArray()) {
      auto& arguments = call["function"]["arguments"];
      const auto doc = parsed(json::text(arguments));
      if (!doc.HasParseError()) arguments.CopyFrom(doc, pool);
    }
  }
}

std::string check_response(const json::Value& v) {
  if (json::string_or(v, "endpoint") != "chat") return "only chat completions are translated";
  const auto message = wire::Message::parse(json::dump(v["anthropic_response"]));
  if (!message) return "was refused: " + message.error().message;
  auto actual = parsed(wire::encode_chat_completion(*message, "chatcmpl-1", 1));
  if (actual.HasParseError()) return "the completion is not JSON";
  if (json::string_or(actual, "id") != "chatcmpl-1" || json::integer_or(actual, "created") != 1)
    return "id and created are not those given";
  auto wanted = parsed(json::dump(v["expect_openai_response"]));
  for (rapidjson::Document* doc : {&actual, &wanted}) {
    strip(*doc, {"id", "created", "system_fingerprint"}, doc->GetAllocator());
    parse_arguments(*doc, doc->GetAllocator());
  }
  return difference(wanted, actual);
}

class ResponseVector : public testing::TestWithParam<Vector> {};

TEST_P(ResponseVector, BecomesTheCompletion) {
  expect_vector("responses", GetParam(), check_response(GetParam().document()));
}

INSTANTIATE_TEST_SUITE_P(Translation,
                         ResponseVector,
                         testing::ValuesIn(vectors("responses")),
                         vector_name);

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Headers that a client acts on: those expected are there, and no others of these families.
// x-request-id is the gateway's to send.
std::string header_difference(const json::Value& expected, const Error& error) {
  for (const auto& member : expected.GetObject()) {
    const std::string_view name = json::text(member.name);
    if (name == "x-request-id") continue;
    const auto found = std::find_if(error.headers.begin(), error.headers.end(),
                                    [&](const auto& header) { return header.first == name; });
    if (found == error.headers.end()) return "lacks the header " + std::string(name);
    if (found->second != json::text(member.value))
      return std::string(name) + " is " + found->second;
  }
  for (const auto& [name, value] : error.headers) {
    const bool watched = name.starts_with("x-ratelimit-") || name.starts_with("retry-after") ||
                         name == "x-should-retry";
    if (watched && !expected.HasMember(name.c_str())) return "has the header " + name;
  }
  return {};
}

std::string check_error(const json::Value& v) {
  const json::Value& upstream = v["upstream"];
  wire::UpstreamHead head;
  head.status = upstream["status"].GetInt();
  for (const auto& header : upstream["headers"].GetObject())
    head.headers.emplace_back(lower(json::text(header.name)), json::text(header.value));
  const json::Value* body = json::find(upstream, "body");
  const Error error = wire::from_upstream(
      head, body != nullptr ? json::dump(*body) : json::string_or(upstream, "body_text"));
  const json::Value& expected = v["expect"];
  if (const int status = wire::http_status(error); status != expected["status"].GetInt())
    return "status is " + std::to_string(status);
  if (auto differs = error_difference(expected["error"], wire::encode_error(error));
      !differs.empty())
    return differs;
  return header_difference(expected["headers"], error);
}

class ErrorVector : public testing::TestWithParam<Vector> {};

TEST_P(ErrorVector, BecomesTheClientsError) {
  expect_vector("errors", GetParam(), check_error(GetParam().document()));
}

INSTANTIATE_TEST_SUITE_P(Translation,
                         ErrorVector,
                         testing::ValuesIn(vectors("errors")),
                         vector_name);

TEST(LaterList, NamesOnlyVectorsThatExist) {
  std::vector<std::string> known;
  for (const std::string file : {"requests", "responses", "streams", "errors"})
    for (const Vector& v : vectors(file))
      known.push_back(file + "/" + v.name);
  for (const std::string& entry : later())
    EXPECT_NE(std::find(known.begin(), known.end(), entry), known.end()) << entry;
}

}  // namespace
}  // namespace claif::test

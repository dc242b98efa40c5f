#include "support/chat_compare.hpp"
#include "support/vector_checks.hpp"
#include "support/vector_compare.hpp"
#include "wire/chat_request.hpp"
#include "wire/openai_error.hpp"

namespace claif::test {
namespace {

std::string header_difference(const json::Value& expected, const wire::MessagesRequest& request) {
  if (json::string_or(expected, "anthropic-version") != request.api_version)
    return "anthropic-version is " + request.api_version;
  if (json::string_or(expected, "anthropic-beta") != request.beta)
    return "anthropic-beta is '" + request.beta + "'";
  return {};
}

std::string warning_difference(const json::Value& expected, const wire::ChatRequest& request) {
  std::string wanted, actual;
  for (const auto& code : expected.GetArray())
    wanted.append(json::text(code)) += ' ';
  for (const auto& code : request.warnings)
    actual.append(code) += ' ';
  return wanted == actual ? "" : "warnings are [" + actual + "], wanted [" + wanted + "]";
}

}  // namespace

std::string check_chat_request(const json::Value& v) {
  wire::ChatOptions options;
  if (const json::Value* given = json::find(v, "options")) {
    if (const json::Value* aliases = json::find(*given, "model_aliases"))
      for (const auto& alias : aliases->GetObject())
        options.aliases.emplace(json::text(alias.name), json::text(alias.value));
    if (const json::Value* strict = json::find(*given, "strict")) options.strict = strict->IsTrue();
  }
  const auto decoded = wire::decode_chat(json::dump(member(v, "openai_request")), options);
  if (const json::Value* wanted = json::find(v, "expect_error")) {
    if (decoded) return "was accepted: " + decoded->messages.body;
    if (const int status = wire::http_status(decoded.error());
        status != (*wanted)["status"].GetInt())
      return "status is " + std::to_string(status);
    return error_difference((*wanted)["error"], wire::encode_error(decoded.error()));
  }
  if (!decoded) return "was refused: " + wire::encode_error(decoded.error());
  const wire::MessagesRequest& request = decoded->messages;
  const auto body = parsed(request.body);
  const json::Value& wanted = member(v, "expect_anthropic_request");
  if (body.HasParseError()) return "the body is not JSON: " + request.body;

  const auto elements =
      request.body.substr(request.messages_begin, request.messages_end - request.messages_begin);
  if (auto moved = difference(body["messages"], parsed("[" + elements + "]")); !moved.empty())
    return "the span of the messages is wrong: " + moved;
  if (request.model != body["model"].GetString()) return "model is " + request.model;
  if (request.max_tokens != body["max_tokens"].GetInt64()) return "max_tokens differ";
  if (request.stream != body.HasMember("stream")) return "stream differs";

  if (auto differs = body_difference(wanted, body); !differs.empty()) return differs;
  if (auto differs = header_difference(member(v, "expect_anthropic_headers"), request);
      !differs.empty())
    return differs;
  return warning_difference(member(v, "expect_warnings"), *decoded);
}

}  // namespace claif::test

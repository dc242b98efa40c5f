#include "support/request_checks.hpp"

#include "support/chat_compare.hpp"
#include "support/vector_compare.hpp"
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

std::string warning_difference(const json::Value& expected,
                               const std::vector<std::string>& warnings) {
  std::string wanted, actual;
  for (const auto& code : expected.GetArray())
    wanted.append(json::text(code)) += ' ';
  for (const auto& code : warnings)
    actual.append(code) += ' ';
  return wanted == actual ? "" : "warnings are [" + actual + "], wanted [" + wanted + "]";
}

}  // namespace

wire::ModelAliases model_aliases(const json::Value& vector) {
  wire::ModelAliases out;
  if (const json::Value* aliases = json::find(member(vector, "options"), "model_aliases"))
    for (const auto& alias : aliases->GetObject())
      out.emplace(json::text(alias.name), json::text(alias.value));
  return out;
}

std::string refusal_difference(const json::Value& v, const Error& error) {
  const json::Value* wanted = json::find(v, "expect_error");
  if (wanted == nullptr) return "was refused: " + wire::encode_error(error);
  if (const int status = wire::http_status(error); status != json::integer_or(*wanted, "status"))
    return "status is " + std::to_string(status);
  return error_difference(member(*wanted, "error"), wire::encode_error(error));
}

std::string request_difference(const json::Value& v,
                               const wire::MessagesRequest& request,
                               const std::vector<std::string>& warnings) {
  if (json::find(v, "expect_error") != nullptr) return "was accepted: " + request.body;
  const auto body = parsed(request.body);
  if (body.HasParseError()) return "the body is not JSON: " + request.body;

  const auto elements =
      request.body.substr(request.messages_begin, request.messages_end - request.messages_begin);
  if (auto moved = difference(body["messages"], parsed("[" + elements + "]")); !moved.empty())
    return "the span of the messages is wrong: " + moved;
  if (request.model != body["model"].GetString()) return "model is " + request.model;
  if (request.max_tokens != body["max_tokens"].GetInt64()) return "max_tokens differ";
  if (request.stream != body.HasMember("stream")) return "stream differs";

  if (auto differs = body_difference(member(v, "expect_anthropic_request"), body); !differs.empty())
    return differs;
  if (auto differs = header_difference(member(v, "expect_anthropic_headers"), request);
      !differs.empty())
    return differs;
  return warning_difference(member(v, "expect_warnings"), warnings);
}

}  // namespace claif::test

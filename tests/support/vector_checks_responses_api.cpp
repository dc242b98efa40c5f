// The vectors of the endpoint "responses" (translation.md section 5).
#include "support/played_response.hpp"
#include "support/request_checks.hpp"
#include "support/upstream_sse.hpp"
#include "support/vector_checks.hpp"
#include "support/vector_compare.hpp"
#include "wire/body.hpp"
#include "wire/message.hpp"
#include "wire/responses_object.hpp"
#include "wire/responses_request.hpp"

namespace claif::test {
namespace {

wire::ResponsesEcho echo_of(const json::Value& vector) {
  wire::ResponsesEcho out;
  out.include_encrypted_content = has_option(vector, "include_encrypted");
  out.strip_fence = has_option(vector, "json_object");
  const json::Value* reasoning = json::find(member(vector, "options"), "reasoning_content");
  out.include_reasoning = reasoning == nullptr || reasoning->IsTrue();
  return out;
}

// The object of the last event against that of the message which the events add up to.
std::string sum_difference(const PlayedResponse& played,
                           const wire::ResponsesEcho& echo,
                           const std::string& last_event) {
  const auto message = wire::Message::parse(played.assembler().to_json());
  if (!message) return "add up to no message";
  const auto whole = parsed(wire::encode_response(*message, echo, kResponseId, 1));
  return response_difference(whole, parsed(last_event)["response"]);
}

}  // namespace

std::string check_responses_request(const json::Value& v) {
  wire::ResponsesOptions options;
  options.aliases = model_aliases(v);
  options.strict = has_option(v, "strict");
  const auto request = wire::parse_request(json::dump(member(v, "openai_request")));
  if (!request) return refusal_difference(v, request.error());
  const auto decoded = wire::decode_responses(*request, options);
  if (!decoded) return refusal_difference(v, decoded.error());
  return request_difference(v, decoded->messages, decoded->warnings);
}

std::string check_responses_response(const json::Value& v) {
  const auto message = wire::Message::parse(json::dump(member(v, "anthropic_response")));
  if (!message) return "was refused: " + message.error().message;
  const wire::ResponsesEcho echo = echo_of(v);
  const auto actual = parsed(wire::encode_response(*message, echo, kResponseId, 1));
  if (actual.HasParseError()) return "the response is not JSON";
  if (json::string_or(actual, "id") != kResponseId || json::integer_or(actual, "created_at") != 1)
    return "id and created_at are not those given";
  if (auto differs = response_difference(member(v, "expect_openai_response"), actual);
      !differs.empty())
    return differs;
  // A client that streams gets the same answer (from the cache, say).
  if (echo.strip_fence) return {};
  PlayedResponse played(echo);
  wire::expand(*message, [&](std::string_view event) { played.json(event); });
  const ResponseEvents read = read_response_events(played.sse());
  if (!read.fault.empty() || read.events.empty()) return "streamed: " + read.fault;
  return response_difference(actual, parsed(read.events.back())["response"]);
}

std::string check_responses_stream(const json::Value& v) {
  const std::string body = upstream_body(v);
  if (auto fault = cut_fault(body); !fault.empty()) return fault;
  const wire::ResponsesEcho echo = echo_of(v);
  PlayedResponse played(echo);
  for (const auto& [type, data] : read_events(body, 0))
    played.json(data);
  played.end();
  if (const json::Value* expected = json::find(v, "expect_http_error")) {
    if (!played.sse().empty() || !played.http_error()) return "something was streamed";
    const int status = wire::http_status(*played.http_error());
    if (status != json::integer_or(*expected, "status"))
      return "status is " + std::to_string(status);
    return error_difference(member(*expected, "error"), wire::encode_error(*played.http_error()));
  }
  const ResponseEvents read = read_response_events(played.sse());
  if (!read.fault.empty()) return read.fault;
  if (auto differs = events_difference(member(v, "expect_openai_events"), read.events);
      !differs.empty())
    return differs;
  return played.assembler().complete() ? sum_difference(played, echo, read.events.back()) : "";
}

}  // namespace claif::test

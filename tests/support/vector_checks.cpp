#include "support/vector_checks.hpp"

namespace claif::test {
namespace {

using Check = std::string (*)(const json::Value&);

std::string by_endpoint(const json::Value& vector, Check chat, Check responses) {
  const std::string_view endpoint = json::string_or(vector, "endpoint");
  if (endpoint == "chat") return chat(vector);
  if (endpoint == "responses") return responses(vector);
  return "has the unknown endpoint '" + std::string(endpoint) + "'";
}

}  // namespace

std::string check_request(const json::Value& vector) {
  return by_endpoint(vector, check_chat_request, check_responses_request);
}
std::string check_response(const json::Value& vector) {
  return by_endpoint(vector, check_chat_response, check_responses_response);
}
std::string check_stream(const json::Value& vector) {
  return by_endpoint(vector, check_chat_stream, check_responses_stream);
}

}  // namespace claif::test

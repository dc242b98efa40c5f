// The vectors of the endpoint "responses" (translation.md section 5).
#include "support/responses_checks.hpp"
#include "support/vector_checks.hpp"

namespace claif::test {

std::string check_responses_request(const json::Value&) {
  return "not translated";
}
std::string check_responses_response(const json::Value& v) {
  return responses_object_difference(v);
}
std::string check_responses_stream(const json::Value& v) {
  return responses_stream_difference(v);
}

}  // namespace claif::test

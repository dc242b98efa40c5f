// The vectors of the endpoint "responses" (translation.md section 5).
#include "support/vector_checks.hpp"

namespace claif::test {

std::string check_responses_request(const json::Value&) {
  return "not translated";
}
std::string check_responses_response(const json::Value&) {
  return "not translated";
}
std::string check_responses_stream(const json::Value&) {
  return "not translated";
}

}  // namespace claif::test

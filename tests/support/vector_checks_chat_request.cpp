#include "support/request_checks.hpp"
#include "support/vector_checks.hpp"
#include "support/vector_compare.hpp"
#include "wire/chat_request.hpp"

namespace claif::test {

std::string check_chat_request(const json::Value& v) {
  const wire::ChatOptions options{model_aliases(v), has_option(v, "strict")};
  const auto decoded = wire::decode_chat(json::dump(member(v, "openai_request")), options);
  if (!decoded) return refusal_difference(v, decoded.error());
  return request_difference(v, decoded->messages, decoded->warnings);
}

}  // namespace claif::test

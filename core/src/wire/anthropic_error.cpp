#include "wire/anthropic_error.hpp"

#include "base/json.hpp"
#include "wire/openai_error.hpp"

#include <array>

namespace claif::wire {
namespace {

struct TypeRow {
  std::string_view type;
  int status;
};
constexpr std::array kTypes{TypeRow{"invalid_request_error", 400},
                            TypeRow{"authentication_error", 401},
                            TypeRow{"billing_error", 402},
                            TypeRow{"permission_error", 403},
                            TypeRow{"not_found_error", 404},
                            TypeRow{"conflict_error", 409},
                            TypeRow{"request_too_large", 413},
                            TypeRow{"rate_limit_error", 429},
                            TypeRow{"api_error", 500},
                            TypeRow{"timeout_error", 504},
                            TypeRow{"overloaded_error", 529}};

}  // namespace

std::string_view type_of_status(int status) {
  if (status == 503) return "overloaded_error";
  for (const TypeRow& t : kTypes)
    if (t.status == status) return t.type;
  return status >= 500 ? "api_error" : "invalid_request_error";
}

int status_of_type(std::string_view type) {
  for (const TypeRow& t : kTypes)
    if (t.type == type) return t.status;
  return 500;
}

int status_of_error_json(std::string_view json) {
  const auto doc = json::parse(std::string(json));
  const json::Value* error = doc ? json::find(doc->root(), "error") : nullptr;
  return status_of_type(error != nullptr ? json::string_or(*error, "type") : std::string_view());
}

std::string encode_anthropic_error(const Error& error, std::string_view request_id) {
  json::Writer out;
  out.object().key("type").string("error").key("error").object();
  out.key("type").string(type_of_status(http_status(error)));
  out.key("message").string(error.message).end_object();
  out.key("request_id").string(request_id).end_object();
  return out.take();
}

}  // namespace claif::wire

// What the parts of a request's translation share: the model, warnings, errors.
#pragma once

#include "base/json.hpp"
#include "wire/models.hpp"

#include <claif/result.hpp>

#include <set>
#include <string>
#include <string_view>

namespace claif::wire {

struct Draft {
  const ModelRow* model = nullptr;
  std::string model_id;
  std::set<std::string, std::less<>> warnings;  // W1: "<param>:<action>"
  bool sends_sampling = false;                  // U2
  bool thinks = false;                          // T4: thinking.type is enabled or adaptive

  void warn(std::string_view param, std::string_view action) {
    warnings.insert(std::string(param) + ":" + std::string(action));
  }
};

// A 400 in OpenAI's terms.
inline Error bad_param(std::string param, std::string reason, std::string message) {
  Error error;
  error.code = Errc::invalid_request;
  error.message = std::move(message);
  error.param = std::move(param);
  error.reason = std::move(reason);
  return error;
}
inline tl::unexpected<Error> invalid_type(std::string param, std::string_view wanted) {
  std::string message = "'" + param + "' must be " + std::string(wanted);
  return fail(bad_param(std::move(param), "invalid_type", std::move(message)));
}
inline tl::unexpected<Error> invalid_value(std::string param, std::string message) {
  return fail(bad_param(std::move(param), "invalid_value", std::move(message)));
}
inline tl::unexpected<Error> unsupported_value(std::string param, std::string message) {
  return fail(bad_param(std::move(param), "unsupported_value", std::move(message)));
}
inline tl::unexpected<Error> unsupported_parameter(std::string param, std::string message) {
  return fail(bad_param(std::move(param), "unsupported_parameter", std::move(message)));
}
inline tl::unexpected<Error> missing(std::string param) {
  std::string message = "'" + param + "' is required";
  return fail(bad_param(std::move(param), "missing_required_parameter", std::move(message)));
}

// True for text that is empty or ASCII white space only (P7).
inline bool is_blank(std::string_view s) {
  return s.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

// An optional string or boolean; null and absent are the fallback.
inline Result<std::string_view> optional_string(const json::Value* v,
                                                const std::string& param,
                                                std::string_view fallback = {}) {
  if (v == nullptr) return fallback;
  if (!v->IsString()) return invalid_type(param, "a string");
  return json::text(*v);
}
inline Result<bool> optional_bool(const json::Value* v,
                                  const std::string& param,
                                  bool fallback = false) {
  if (v == nullptr) return fallback;
  if (!v->IsBool()) return invalid_type(param, "true or false");
  return v->GetBool();
}

}  // namespace claif::wire

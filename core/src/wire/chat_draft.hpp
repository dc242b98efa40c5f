// What the parts of decode_chat share: the request's members by name, warnings, errors.
#pragma once

#include "base/json.hpp"
#include "wire/chat_request.hpp"

#include <array>
#include <set>
#include <string>
#include <string_view>

namespace claif::wire {

// The parameters that decode_chat knows, in alphabetical order; kParamNames names them.
enum class Param {
  audio,
  anthropic_beta,
  frequency_penalty,
  logit_bias,
  logprobs,
  max_completion_tokens,
  max_tokens,
  messages,
  metadata,
  modalities,
  model,
  moderation,
  n,
  parallel_tool_calls,
  prediction,
  presence_penalty,
  prompt_cache_key,
  prompt_cache_retention,
  response_format,
  safety_identifier,
  seed,
  service_tier,
  stop,
  store,
  stream,
  stream_options,
  temperature,
  tool_choice,
  tools,
  top_k,
  top_logprobs,
  top_p,
  user,
  verbosity,
  count
};

struct Draft {
  const ModelRow* model = nullptr;
  std::string model_id;
  std::set<std::string, std::less<>> warnings;
  std::array<const json::Value*, static_cast<size_t>(Param::count)> params{};
  bool sends_sampling = false;  // U2

  const json::Value* get(Param p) const { return params[static_cast<size_t>(p)]; }
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
inline tl::unexpected<Error> missing(std::string param) {
  std::string message = "'" + param + "' is required";
  return fail(bad_param(std::move(param), "missing_required_parameter", std::move(message)));
}

// True for text that is empty or ASCII white space only (P7).
inline bool is_blank(std::string_view s) {
  return s.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

// The parts of the body, each written as members of the object that `out` has open.
Result<int64_t> write_limits(Draft& draft,
                             json::Writer& out);  // max_tokens, which it returns; stop_sequences
Result<void> write_sampling(Draft& draft, json::Writer& out);  // temperature, top_p, top_k
Result<void> write_identity(Draft& draft, json::Writer& out);  // metadata, service_tier
Result<void> check_ignored(Draft& draft);  // parameters that are refused or only warned about
Result<void> write_tools(Draft& draft,
                         json::Writer& out,
                         std::vector<std::string>& names);  // tools, tool_choice

// system and messages. Returns where the elements of "messages" begin and end in the text of `out`.
struct MessagesSpan {
  size_t begin, end;
};
Result<MessagesSpan> write_messages(Draft& draft, json::Writer& out);

}  // namespace claif::wire

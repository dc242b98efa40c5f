// The scalar parameters that both of OpenAI's APIs share (table in translation.md 2.1). `param` is
// the name to put into errors; a null Value means that the parameter is absent.
#pragma once

#include "wire/draft.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

// An integer of at least 1.
Result<std::optional<int64_t>> token_limit(const json::Value* v, const std::string& param);
// Clamps to the model's most, with the warning "<param>:clamped"; absent is the model's most.
int64_t clamp_tokens(Draft& draft, std::optional<int64_t> wanted, std::string_view param);

Result<std::optional<double>> number_between(const json::Value* v,
                                             const std::string& param,
                                             double low,
                                             double high);

struct Sampling {
  const json::Value* temperature;
  const json::Value* top_p;
  const json::Value* top_k = nullptr;
};
// Writes temperature, top_p and top_k as far as the model takes them; call it when draft.thinks is
// known.
Result<void> write_sampling(Draft& draft, const Sampling& sampling, json::Writer& out);

struct Identity {
  const json::Value* safety_identifier;
  const json::Value* user;
  const json::Value* metadata;
  bool echoes_metadata = false;  // Responses: other keys are no loss
};
Result<void> write_identity(Draft& draft, const Identity& identity, json::Writer& out);
Result<void> write_service_tier(Draft& draft, const json::Value* tier, json::Writer& out);

// verbosity: low and high are ignored with a warning.
Result<void> check_verbosity(Draft& draft, const json::Value* v, const std::string& param);
// top_logprobs over 0.
Result<void> refuse_top_logprobs(const json::Value* v);

// cache_control for the whole request: the extension's, or what prompt_cache_options asks for. JSON
// text, empty for none.
Result<std::string> request_cache_control(const json::Value* cache_control,
                                          const json::Value* prompt_cache_options);
// cache_control of a part: the extension's, or what prompt_cache_breakpoint asks for.
Result<std::string> cache_control_of(const json::Value& part, const std::string& path);

Result<std::string> read_beta(const json::Value* anthropic_beta);

// W2: the alphabetically first warning as an error.
Result<void> refuse_first_warning(const Draft& draft);

}  // namespace claif::wire

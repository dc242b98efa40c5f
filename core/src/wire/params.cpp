#include "wire/params.hpp"

namespace claif::wire {
namespace {

bool looks_personal(std::string_view s) {
  if (s.size() > 256 || s.find('@') != std::string_view::npos) return true;
  size_t digits = 0;
  for (const char c : s) {
    if (c >= '0' && c <= '9')
      ++digits;
    else if (std::string_view("+-() .").find(c) == std::string_view::npos)
      return false;
  }
  return digits >= 7 && digits <= 15 &&
         (s.front() == '+' || s.find_first_of("-() .") != std::string_view::npos || digits >= 10);
}

bool has_ttl(const json::Value& v) {
  return json::find(v, "ttl") != nullptr;
}

std::string ephemeral(bool long_lived) {
  return long_lived ? R"({"type":"ephemeral","ttl":"1h"})" : R"({"type":"ephemeral"})";
}

Result<std::string> copied_cache_control(const json::Value& v, const std::string& param) {
  if (!v.IsObject()) return invalid_type(param, "an object");
  return json::dump(v);
}

}  // namespace

Result<std::optional<int64_t>> token_limit(const json::Value* v, const std::string& param) {
  if (v == nullptr) return std::optional<int64_t>();
  if (!v->IsInt64()) return invalid_type(param, "an integer");
  if (v->GetInt64() < 1) return invalid_value(param, "'" + param + "' must be at least 1");
  return std::optional<int64_t>(v->GetInt64());
}

int64_t clamp_tokens(Draft& draft, std::optional<int64_t> wanted, std::string_view param) {
  const int64_t most = draft.model->max_output;
  if (!wanted || *wanted <= most) return wanted.value_or(most);
  draft.warn(param, "clamped");
  return most;
}

Result<std::optional<double>> number_between(const json::Value* v,
                                             const std::string& param,
                                             double low,
                                             double high) {
  if (v == nullptr) return std::optional<double>();
  if (!v->IsNumber()) return invalid_type(param, "a number");
  const double n = v->GetDouble();
  if (n < low || n > high)
    return invalid_value(param, "'" + param + "' must be between " + json::dump(json::Value(low)) +
                                    " and " + json::dump(json::Value(high)));
  return std::optional<double>(n);
}

Result<void> write_sampling(Draft& draft, const Sampling& sampling, json::Writer& out) {
  const bool allowed = draft.model->sampling;
  CLAIF_TRY(const auto temperature, number_between(sampling.temperature, "temperature", 0, 2));
  CLAIF_TRY(const auto top_p, number_between(sampling.top_p, "top_p", 0, 1));
  if (temperature && *temperature != 1.0) {
    const bool clamped = *temperature > 1.0;
    if (!allowed || (draft.thinks && !clamped))
      draft.warn("temperature", "dropped");
    else if (clamped)
      draft.warn("temperature", "clamped");
    else {
      out.key("temperature").number(*temperature);
      draft.sends_sampling = true;
    }
  }
  if (top_p && *top_p != 1.0) {
    if (!allowed || draft.sends_sampling || (draft.thinks && *top_p < 0.95))
      draft.warn("top_p", "dropped");
    else {
      out.key("top_p").number(*top_p);
      draft.sends_sampling = true;
    }
  }
  if (sampling.top_k == nullptr) return {};
  if (!sampling.top_k->IsInt64()) return invalid_type("top_k", "an integer");
  if (sampling.top_k->GetInt64() < 0) return invalid_value("top_k", "'top_k' must not be negative");
  if (!allowed || draft.thinks)
    draft.warn("top_k", "dropped");
  else {
    out.key("top_k").integer(sampling.top_k->GetInt64());
    draft.sends_sampling = true;
  }
  return {};
}

Result<void> write_identity(Draft& draft, const Identity& identity, json::Writer& out) {
  CLAIF_TRY(std::string_view user,
            optional_string(identity.safety_identifier, "safety_identifier"));
  CLAIF_TRY(const std::string_view second, optional_string(identity.user, "user"));
  if (user.empty()) user = second;
  if (identity.metadata != nullptr) {
    if (!identity.metadata->IsObject()) return invalid_type("metadata", "an object");
    if (!identity.echoes_metadata)
      for (const auto& member : identity.metadata->GetObject())
        if (json::text(member.name) != "user_id") draft.warn("metadata", "ignored");
    if (user.empty()) user = json::string_or(*identity.metadata, "user_id");
  }
  if (user.empty()) return {};
  if (looks_personal(user))
    draft.warn("user", "dropped");
  else
    out.key("metadata").object().key("user_id").string(user).end_object();
  return {};
}

Result<void> write_service_tier(Draft& draft, const json::Value* tier, json::Writer& out) {
  if (tier == nullptr) return {};
  CLAIF_TRY(const std::string_view t, optional_string(tier, "service_tier"));
  if (t == "auto" || t == "priority" || t == "fast")
    out.key("service_tier").string("auto");
  else if (t == "default")
    out.key("service_tier").string("standard_only");
  else if (t == "flex" || t == "scale")
    draft.warn("service_tier", "ignored");
  else
    return invalid_value("service_tier",
                         "'service_tier' must be auto, default, priority, fast, flex or scale");
  return {};
}

Result<void> check_verbosity(Draft& draft, const json::Value* v, const std::string& param) {
  if (v == nullptr) return {};
  const std::string_view text = v->IsString() ? json::text(*v) : std::string_view();
  if (text == "low" || text == "high")
    draft.warn("verbosity", "ignored");
  else if (text != "medium")
    return invalid_value(param, "'" + param + "' must be low, medium or high");
  return {};
}

Result<void> refuse_top_logprobs(const json::Value* v) {
  if (v == nullptr) return {};
  if (!v->IsInt64()) return invalid_type("top_logprobs", "an integer");
  if (v->GetInt64() == 0) return {};
  return unsupported_parameter("top_logprobs",
                               "Claude gives no log probabilities: leave 'top_logprobs' out");
}

Result<std::string> request_cache_control(const json::Value* cache_control,
                                          const json::Value* prompt_cache_options) {
  if (cache_control != nullptr) return copied_cache_control(*cache_control, "cache_control");
  if (prompt_cache_options == nullptr) return std::string();
  if (!prompt_cache_options->IsObject()) return invalid_type("prompt_cache_options", "an object");
  CLAIF_TRY(const std::string_view mode, optional_string(json::find(*prompt_cache_options, "mode"),
                                                         "prompt_cache_options.mode", "implicit"));
  if (mode == "explicit") return std::string();
  if (mode != "implicit")
    return invalid_value("prompt_cache_options.mode", "the mode must be implicit or explicit");
  return ephemeral(has_ttl(*prompt_cache_options));
}

Result<std::string> cache_control_of(const json::Value& part, const std::string& path) {
  if (const json::Value* v = json::find(part, "cache_control"))
    return copied_cache_control(*v, path + ".cache_control");
  const json::Value* v = json::find(part, "prompt_cache_breakpoint");
  if (v == nullptr) return std::string();
  if (!v->IsObject()) return invalid_type(path + ".prompt_cache_breakpoint", "an object");
  return ephemeral(has_ttl(*v));
}

Result<std::string> read_beta(const json::Value* anthropic_beta) {
  std::string out;
  if (anthropic_beta == nullptr) return out;
  if (!anthropic_beta->IsArray()) return invalid_type("anthropic_beta", "a list of strings");
  for (const auto& item : anthropic_beta->GetArray()) {
    if (!item.IsString()) return invalid_type("anthropic_beta", "a list of strings");
    if (!out.empty()) out += ',';
    out += json::text(item);
  }
  if (out.find_first_of("\r\n") != std::string::npos)
    return invalid_value("anthropic_beta", "'anthropic_beta' must not contain line breaks");
  return out;
}

Result<void> refuse_first_warning(const Draft& draft) {
  if (draft.warnings.empty()) return {};
  const std::string& first = *draft.warnings.begin();
  std::string param = first.substr(0, first.rfind(':'));
  std::string message =
      "'" + param + "' cannot be honoured as it is (" + first + "), and strict mode is on";
  return unsupported_parameter(std::move(param), std::move(message));
}

}  // namespace claif::wire

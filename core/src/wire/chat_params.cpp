// The scalar parameters of a chat completions request (table in translation.md 2.1).
#include "wire/chat_draft.hpp"

namespace claif::wire {
namespace {

Result<std::optional<int64_t>> token_limit(const Draft& draft, Param p, const char* name) {
  const json::Value* v = draft.get(p);
  if (v == nullptr) return std::optional<int64_t>();
  if (!v->IsInt64()) return invalid_type(name, "an integer");
  if (v->GetInt64() < 1)
    return invalid_value(name, std::string("'") + name + "' must be at least 1");
  return std::optional<int64_t>(v->GetInt64());
}

Result<std::optional<double>> number(
    const Draft& draft, Param p, const char* name, double low, double high) {
  const json::Value* v = draft.get(p);
  if (v == nullptr) return std::optional<double>();
  if (!v->IsNumber()) return invalid_type(name, "a number");
  const double n = v->GetDouble();
  if (n < low || n > high)
    return invalid_value(name, std::string("'") + name + "' must be between " +
                                   json::dump(json::Value(low)) + " and " +
                                   json::dump(json::Value(high)));
  return std::optional<double>(n);
}

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

}  // namespace

Result<int64_t> write_limits(Draft& draft, json::Writer& out) {
  CLAIF_TRY(const auto completion,
            token_limit(draft, Param::max_completion_tokens, "max_completion_tokens"));
  CLAIF_TRY(const auto total, token_limit(draft, Param::max_tokens, "max_tokens"));
  if (completion && total && *completion != *total) draft.warn("max_tokens", "ignored");
  int64_t tokens = completion ? *completion : total ? *total : draft.model->max_output;
  if (tokens > draft.model->max_output) {
    tokens = draft.model->max_output;
    draft.warn("max_tokens", "clamped");
  }
  out.key("max_tokens").integer(tokens);

  const json::Value* stop = draft.get(Param::stop);
  if (stop == nullptr) return tokens;
  std::vector<std::string_view> kept;
  const auto keep = [&](const json::Value& v) {
    if (is_blank(json::text(v)))
      draft.warn("stop", "dropped");
    else
      kept.push_back(json::text(v));
  };
  if (stop->IsString())
    keep(*stop);
  else if (stop->IsArray()) {
    for (const auto& item : stop->GetArray()) {
      if (item.IsNull()) continue;
      if (!item.IsString()) return invalid_type("stop", "a string or a list of strings");
      keep(item);
    }
  } else
    return invalid_type("stop", "a string or a list of strings");
  if (kept.empty()) return tokens;
  out.key("stop_sequences").array();
  for (const auto s : kept)
    out.string(s);
  out.end_array();
  return tokens;
}

Result<void> write_sampling(Draft& draft, json::Writer& out) {
  const bool allowed = draft.model->sampling;
  CLAIF_TRY(auto temperature, number(draft, Param::temperature, "temperature", 0, 2));
  CLAIF_TRY(const auto top_p, number(draft, Param::top_p, "top_p", 0, 1));
  if (temperature && *temperature != 1.0) {
    if (!allowed)
      draft.warn("temperature", "dropped");
    else if (*temperature > 1.0)
      draft.warn("temperature", "clamped");
    else {
      out.key("temperature").number(*temperature);
      draft.sends_sampling = true;
    }
  }
  if (top_p && *top_p != 1.0) {
    if (!allowed || draft.sends_sampling)
      draft.warn("top_p", "dropped");
    else {
      out.key("top_p").number(*top_p);
      draft.sends_sampling = true;
    }
  }
  if (const json::Value* top_k = draft.get(Param::top_k)) {
    if (!top_k->IsInt64()) return invalid_type("top_k", "an integer");
    if (top_k->GetInt64() < 0) return invalid_value("top_k", "'top_k' must not be negative");
    if (!allowed)
      draft.warn("top_k", "dropped");
    else {
      out.key("top_k").integer(top_k->GetInt64());
      draft.sends_sampling = true;
    }
  }
  return {};
}

Result<void> write_identity(Draft& draft, json::Writer& out) {
  std::string_view user;
  for (const auto& [param, name] :
       {std::pair{Param::safety_identifier, "safety_identifier"}, {Param::user, "user"}}) {
    const json::Value* v = draft.get(param);
    if (v == nullptr) continue;
    if (!v->IsString()) return invalid_type(name, "a string");
    if (user.empty()) user = json::text(*v);
  }
  if (const json::Value* metadata = draft.get(Param::metadata)) {
    if (!metadata->IsObject()) return invalid_type("metadata", "an object");
    for (const auto& member : metadata->GetObject())
      if (json::text(member.name) != "user_id") draft.warn("metadata", "ignored");
    if (user.empty()) user = json::string_or(*metadata, "user_id");
  }
  if (!user.empty()) {
    if (looks_personal(user))
      draft.warn("user", "dropped");
    else
      out.key("metadata").object().key("user_id").string(user).end_object();
  }
  const json::Value* tier = draft.get(Param::service_tier);
  if (tier == nullptr) return {};
  if (!tier->IsString()) return invalid_type("service_tier", "a string");
  const std::string_view t = json::text(*tier);
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

namespace {

Result<void> check_refused(const Draft& draft) {
  if (const json::Value* n = draft.get(Param::n)) {
    if (!n->IsInt64()) return invalid_type("n", "an integer");
    if (n->GetInt64() > 1)
      return unsupported_value("n", "'n' must be 1: Claude gives one answer a request");
    if (n->GetInt64() < 1) return invalid_value("n", "'n' must be 1");
  }
  const json::Value* logprobs = draft.get(Param::logprobs);
  if (logprobs != nullptr && logprobs->IsTrue())
    return fail(bad_param("logprobs", "unsupported_parameter",
                          "Claude gives no log probabilities: leave 'logprobs' out"));
  const json::Value* top = draft.get(Param::top_logprobs);
  if (top != nullptr && top->IsInt64() && top->GetInt64() > 0)
    return fail(bad_param("top_logprobs", "unsupported_parameter",
                          "Claude gives no log probabilities: leave 'top_logprobs' out"));
  if (const json::Value* modalities = draft.get(Param::modalities);
      modalities != nullptr && modalities->IsArray())
    for (const auto& m : modalities->GetArray())
      if (m.IsString() && json::text(m) == "audio")
        return unsupported_value("modalities", "Claude speaks no audio: use [\"text\"]");
  const json::Value* format = draft.get(Param::response_format);
  if (format != nullptr && json::string_or(*format, "type") != "text")
    return unsupported_value("response_format.type",
                             "'response_format' accepts only {\"type\": \"text\"} in this version");
  return {};
}

}  // namespace

Result<void> check_ignored(Draft& draft) {
  CLAIF_CHECK(check_refused(draft));
  for (const auto& [param, name] : {std::pair{Param::frequency_penalty, "frequency_penalty"},
                                    {Param::presence_penalty, "presence_penalty"}}) {
    CLAIF_TRY(const auto penalty, number(draft, param, name, -2, 2));
    if (penalty && *penalty != 0.0) draft.warn(name, "ignored");
  }
  for (const auto& [param, name] : {std::pair{Param::audio, "audio"},
                                    {Param::prediction, "prediction"},
                                    {Param::moderation, "moderation"},
                                    {Param::seed, "seed"}})
    if (draft.get(param) != nullptr) draft.warn(name, "ignored");
  if (const json::Value* bias = draft.get(Param::logit_bias);
      bias != nullptr && bias->IsObject() && !bias->ObjectEmpty())
    draft.warn("logit_bias", "ignored");
  if (const json::Value* store = draft.get(Param::store); store != nullptr && store->IsTrue())
    draft.warn("store", "ignored");
  if (const json::Value* keep = draft.get(Param::prompt_cache_retention);
      keep != nullptr && keep->IsString() && json::text(*keep) == "24h")
    draft.warn("prompt_cache_retention", "ignored");
  if (const json::Value* verbosity = draft.get(Param::verbosity)) {
    const std::string_view v = verbosity->IsString() ? json::text(*verbosity) : std::string_view();
    if (v == "low" || v == "high")
      draft.warn("verbosity", "ignored");
    else if (v != "medium")
      return invalid_value("verbosity", "'verbosity' must be low, medium or high");
  }
  return {};
}

}  // namespace claif::wire

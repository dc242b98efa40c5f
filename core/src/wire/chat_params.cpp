// The parameters that only chat completions has (table in translation.md 2.1).
#include "wire/chat_draft.hpp"
#include "wire/params.hpp"

#include <vector>

namespace claif::wire {

Result<void> write_stop(ChatDraft& draft, json::Writer& out) {
  const json::Value* stop = draft.get(Param::stop);
  if (stop == nullptr) return {};
  std::vector<std::string_view> kept;
  const auto keep = [&](const json::Value& v) {
    if (is_blank(json::text(v)))
      draft.warn("stop", "dropped");
    else
      kept.push_back(json::text(v));
  };
  if (stop->IsString()) {
    keep(*stop);
  } else if (stop->IsArray()) {
    for (const auto& item : stop->GetArray()) {
      if (item.IsNull()) continue;
      if (!item.IsString()) return invalid_type("stop", "a string or a list of strings");
      keep(item);
    }
  } else {
    return invalid_type("stop", "a string or a list of strings");
  }
  if (kept.empty()) return {};
  out.key("stop_sequences").array();
  for (const auto s : kept)
    out.string(s);
  out.end_array();
  return {};
}

namespace {

Result<void> check_refused(const ChatDraft& draft) {
  if (const json::Value* n = draft.get(Param::n)) {
    if (!n->IsInt64()) return invalid_type("n", "an integer");
    if (n->GetInt64() > 1)
      return unsupported_value("n", "'n' must be 1: Claude gives one answer a request");
    if (n->GetInt64() < 1) return invalid_value("n", "'n' must be 1");
  }
  CLAIF_TRY(const bool logprobs, optional_bool(draft.get(Param::logprobs), "logprobs"));
  if (logprobs)
    return unsupported_parameter("logprobs",
                                 "Claude gives no log probabilities: leave 'logprobs' out");
  CLAIF_CHECK(refuse_top_logprobs(draft.get(Param::top_logprobs)));
  const json::Value* modalities = draft.get(Param::modalities);
  if (modalities == nullptr) return {};
  if (!modalities->IsArray()) return invalid_type("modalities", "a list of strings");
  for (const auto& m : modalities->GetArray())
    if (m.IsString() && json::text(m) == "audio")
      return unsupported_value("modalities", "Claude speaks no audio: use [\"text\"]");
  return {};
}

}  // namespace

Result<void> check_ignored(ChatDraft& draft) {
  CLAIF_CHECK(check_refused(draft));
  for (const auto& [param, name] : {std::pair{Param::frequency_penalty, "frequency_penalty"},
                                    {Param::presence_penalty, "presence_penalty"}}) {
    CLAIF_TRY(const auto penalty, number_between(draft.get(param), name, -2, 2));
    if (penalty && *penalty != 0.0) draft.warn(name, "ignored");
  }
  for (const auto& [param, name] : {std::pair{Param::audio, "audio"},
                                    {Param::prediction, "prediction"},
                                    {Param::moderation, "moderation"},
                                    {Param::seed, "seed"}})
    if (draft.get(param) != nullptr) draft.warn(name, "ignored");
  if (const json::Value* bias = draft.get(Param::logit_bias)) {
    if (!bias->IsObject()) return invalid_type("logit_bias", "an object");
    if (!bias->ObjectEmpty()) draft.warn("logit_bias", "ignored");
  }
  CLAIF_TRY(const bool store, optional_bool(draft.get(Param::store), "store"));
  if (store) draft.warn("store", "ignored");
  if (const json::Value* keep = draft.get(Param::prompt_cache_retention);
      keep != nullptr && keep->IsString() && json::text(*keep) == "24h")
    draft.warn("prompt_cache_retention", "ignored");
  return check_verbosity(draft, draft.get(Param::verbosity), "verbosity");
}

}  // namespace claif::wire

#include "wire/usage.hpp"

namespace claif::wire {
namespace {

std::optional<int64_t> count(const json::Value& object, std::string_view key) {
  const json::Value* v = json::find(object, key);
  if (v == nullptr || !v->IsInt64()) return std::nullopt;
  return v->GetInt64();
}

void replace(std::optional<int64_t>& old, const std::optional<int64_t>& newer) {
  if (newer) old = newer;
}

}  // namespace

void Usage::overwrite(const Usage& newer) {
  replace(input, newer.input);
  replace(output, newer.output);
  replace(cache_creation, newer.cache_creation);
  replace(cache_read, newer.cache_read);
  replace(thinking, newer.thinking);
}

Usage read_usage(const json::Value* usage) {
  if (usage == nullptr) return {};
  Usage out{count(*usage, "input_tokens"),
            count(*usage, "output_tokens"),
            count(*usage, "cache_creation_input_tokens"),
            count(*usage, "cache_read_input_tokens"),
            {}};
  if (const json::Value* details = json::find(*usage, "output_tokens_details"))
    out.thinking = count(*details, "thinking_tokens");
  return out;
}

void write_openai_usage(json::Writer& out, const Usage& usage) {
  const int64_t prompt = usage.prompt_tokens(), completion = usage.output.value_or(0);
  out.object();
  out.key("prompt_tokens").integer(prompt).key("completion_tokens").integer(completion);
  out.key("total_tokens").integer(prompt + completion);
  out.key("prompt_tokens_details").object();
  out.key("cached_tokens").integer(usage.cache_read.value_or(0));
  out.key("cache_write_tokens").integer(usage.cache_creation.value_or(0)).end_object();
  out.key("completion_tokens_details").object();
  out.key("reasoning_tokens").integer(usage.thinking.value_or(0)).end_object();
  out.end_object();
}

void write_anthropic_usage(json::Writer& out, const Usage& usage, std::string_view service_tier) {
  out.object();
  out.key("input_tokens")
      .integer(usage.input.value_or(0))
      .key("output_tokens")
      .integer(usage.output.value_or(0));
  out.key("cache_creation_input_tokens").integer(usage.cache_creation.value_or(0));
  out.key("cache_read_input_tokens").integer(usage.cache_read.value_or(0));
  if (usage.thinking)
    out.key("output_tokens_details")
        .object()
        .key("thinking_tokens")
        .integer(*usage.thinking)
        .end_object();
  if (!service_tier.empty()) out.key("service_tier").string(service_tier);
  out.end_object();
}

}  // namespace claif::wire

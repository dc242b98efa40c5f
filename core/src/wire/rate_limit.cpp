#include "wire/rate_limit.hpp"

#include "base/time.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace claif::wire {
namespace {

constexpr std::string_view kPrefix = "anthropic-";
constexpr int64_t kLongestWait = 60'000;

// 250ms, 12s, 6m0s, 1h2m3s. Begun seconds count: who waits that long has waited long enough.
std::string duration(int64_t ms) {
  if (ms < 1000) return std::to_string(std::max<int64_t>(ms, 0)) + "ms";
  const int64_t seconds = (ms + 999) / 1000;
  std::string out;
  if (seconds >= 3600) out += std::to_string(seconds / 3600) + "h";
  if (seconds >= 60) out += std::to_string(seconds / 60 % 60) + "m";
  return out + std::to_string(seconds % 60) + "s";
}

// anthropic-ratelimit-<family>-<what> as x-ratelimit-<what>-<family>. Other families have no place
// in OpenAI's headers.
std::optional<std::string> openai_name(std::string_view name) {
  constexpr std::string_view kLimit = "anthropic-ratelimit-";
  if (!name.starts_with(kLimit)) return std::nullopt;
  name.remove_prefix(kLimit.size());
  for (const std::string_view family : {"requests", "tokens"})
    for (const std::string_view what : {"limit", "remaining", "reset"})
      if (name.size() == family.size() + 1 + what.size() && name.starts_with(family) &&
          name[family.size()] == '-' && name.ends_with(what))
        return std::string("x-ratelimit-").append(what).append("-").append(family);
  return std::nullopt;
}

std::optional<double> number(std::string_view text) {
  double n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return n;
}

uint32_t usable(double ms) {
  return ms > 0 && ms <= double{kLongestWait} ? static_cast<uint32_t>(ms) : 0;
}

}  // namespace

Headers limit_headers(const UpstreamHead& head, int64_t now_ms) {
  Headers out;
  for (const auto& [name, value] : head.headers) {
    if (!name.starts_with(kPrefix)) continue;
    if (auto theirs = openai_name(name)) {
      if (!name.ends_with("-reset"))
        out.emplace_back(std::move(*theirs), value);
      else if (const auto reset = parse_rfc3339(value))
        out.emplace_back(std::move(*theirs), duration(*reset - now_ms));
    }
    out.emplace_back(name, value);
  }
  return out;
}

uint32_t retry_after_ms(const UpstreamHead& head, int64_t now_ms) {
  if (const auto ms = number(head.header("retry-after-ms")))
    if (const uint32_t wait = usable(*ms)) return wait;
  const std::string_view after = head.header("retry-after");
  if (const auto seconds = number(after)) return usable(*seconds * 1000);
  const auto date = parse_http_date(after);
  return date ? usable(static_cast<double>(*date - now_ms)) : 0;
}

}  // namespace claif::wire

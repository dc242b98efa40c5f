#include "pipeline/retry.hpp"

#include <algorithm>
#include <cmath>

namespace claif::pipeline {
namespace {

bool worth_it(const Error& error, const wire::UpstreamHead& head) {
  if (error.code == Errc::quota_exceeded || error.code == Errc::cancelled) return false;
  const std::string_view wish = head.header("x-should-retry");
  if (wish == "true") return true;
  if (wish == "false") return false;
  if (head.status == 0) return error.code == Errc::unavailable;
  return head.status == 408 || head.status == 409 || head.status == 429 || head.status >= 500;
}

}  // namespace

std::optional<Millis> retry_delay(const Error& error,
                                  const wire::UpstreamHead& head,
                                  unsigned failed,
                                  unsigned limit,
                                  double random) {
  // As a gateway claif repeats a 429 once: its clients repeat it too.
  const unsigned attempts = head.status == 429 ? std::min(limit, 1u) : limit;
  if (failed > attempts || !worth_it(error, head)) return std::nullopt;
  if (error.retry_after_ms > 0 && error.retry_after_ms <= 60'000)
    return Millis(error.retry_after_ms);
  const double seconds = std::min(0.5 * std::pow(2.0, failed - 1), 8.0) * (1 - 0.25 * random);
  return Millis(static_cast<int64_t>(seconds * 1000));
}

}  // namespace claif::pipeline

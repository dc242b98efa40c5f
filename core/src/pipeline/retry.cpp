#include "pipeline/retry.hpp"

#include <algorithm>
#include <cmath>

namespace claif::pipeline {
namespace {

// Of the answer; for an error event that came instead of a message, the one that its type stands
// for.
int status_of(const Error& error, const wire::UpstreamHead& head) {
  return head.status >= 400 ? head.status : error.status;
}

bool worth_it(const Error& error, const wire::UpstreamHead& head) {
  if (error.code == Errc::quota_exceeded || error.code == Errc::cancelled) return false;
  const std::string_view wish = head.header("x-should-retry");
  if (wish == "true") return true;
  if (wish == "false") return false;
  if (head.status == 0) return error.code == Errc::unavailable;
  const int status = status_of(error, head);
  return status == 408 || status == 409 || status == 429 || status >= 500;
}

}  // namespace

std::optional<Millis> retry_delay(const Error& error,
                                  const wire::UpstreamHead& head,
                                  unsigned failed,
                                  unsigned limit,
                                  double random) {
  // As a gateway claif repeats a 429 once: its clients repeat it too.
  const unsigned attempts = status_of(error, head) == 429 ? std::min(limit, 1u) : limit;
  if (failed > attempts || !worth_it(error, head)) return std::nullopt;
  if (error.retry_after_ms > 0 && error.retry_after_ms <= 60'000)
    return Millis(error.retry_after_ms);
  const double seconds = std::min(0.5 * std::pow(2.0, failed - 1), 8.0) * (1 - 0.25 * random);
  return Millis(static_cast<int64_t>(seconds * 1000));
}

}  // namespace claif::pipeline

// The upstream's headers about limits, as a client of OpenAI's API reads them (E3).
#pragma once

#include "wire/upstream_error.hpp"

#include <cstdint>

namespace claif::wire {

// x-ratelimit-* for the limits that OpenAI knows, and the original anthropic-* headers. Resets
// become durations from `now_ms` (since 1970), zero when they are in the past.
Headers limit_headers(const UpstreamHead& head, int64_t now_ms);

// How long the upstream wants to be left alone: 0 when it does not say, or says more than the
// minute that claif would wait (E4). retry-after may be seconds or a date.
uint32_t retry_after_ms(const UpstreamHead& head, int64_t now_ms);

}  // namespace claif::wire

// When an attempt that failed is made again (translation.md E4).
#pragma once

#include "base/clock.hpp"
#include "wire/upstream_error.hpp"

#include <claif/result.hpp>

#include <optional>

namespace claif::pipeline {

// The pause before attempt number `failed` + 1 (`failed` counts from 1), or nothing when it is not
// worth it. The upstream's x-should-retry decides; else 408, 409, 429, 5xx and failed connections
// are tried again. `random` is in [0, 1).
std::optional<Millis> retry_delay(const Error& error,
                                  const wire::UpstreamHead& head,
                                  unsigned failed,
                                  unsigned limit,
                                  double random);

}  // namespace claif::pipeline

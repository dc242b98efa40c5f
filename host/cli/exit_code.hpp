// Exit codes of the command line: the one place where Errc meets them.
#pragma once

#include <claif/result.hpp>

namespace claif::cli {

enum ExitCode : int {
  kOk = 0,
  kUsage = 2,  // usage or configuration
  kAuthentication = 3,
  kRate = 4,  // rate limit or budget
  kUpstream = 5,
  kTimeout = 6,
  kToolDenied = 7,
  kValidation = 8,
  kInterrupted = 130,
};

constexpr ExitCode exit_code(Errc code) {
  switch (code) {
    case Errc::configuration:
    case Errc::unsupported:
      return kUsage;
    case Errc::authentication:
    case Errc::permission:
      return kAuthentication;
    case Errc::rate_limited:
    case Errc::quota_exceeded:
      return kRate;
    case Errc::timeout:
      return kTimeout;
    case Errc::tool_denied:
      return kToolDenied;
    case Errc::invalid_request:
    case Errc::not_found:
    case Errc::conflict:
    case Errc::too_large:
      return kValidation;
    case Errc::cancelled:
      return kInterrupted;
    default:
      return kUpstream;
  }
}

}  // namespace claif::cli

// The ABI's statuses as errors of the core.
#pragma once

#include "plugin/op.hpp"

#include <claif/result.hpp>

#include <string>
#include <string_view>

namespace claif::plugin {

inline Errc errc_of(claif_status status) {
  switch (status) {
    case CLAIF_E_ARG:
      return Errc::invalid_request;
    case CLAIF_E_UNSUPPORTED:
      return Errc::unsupported;
    case CLAIF_E_CANCELLED:
      return Errc::cancelled;
    case CLAIF_E_TIMEOUT:
      return Errc::timeout;
    case CLAIF_E_AUTH:
      return Errc::authentication;
    case CLAIF_E_RATE:
      return Errc::rate_limited;
    case CLAIF_E_UNAVAILABLE:
      return Errc::unavailable;
    case CLAIF_E_CONFLICT:
      return Errc::conflict;
    case CLAIF_E_NOT_FOUND:
      return Errc::not_found;
    default:
      return Errc::internal;
  }
}

inline Error error_of(const OpResult& result, std::string_view doing) {
  Error error;
  error.code = errc_of(result.status);
  error.message = result.error.empty()
                      ? std::string(doing) + " failed with status " + std::to_string(result.status)
                      : result.error;
  error.retry_after_ms = result.retry_after_ms;
  return error;
}
inline tl::unexpected<Error> to_error(const OpResult& result, std::string_view doing) {
  return fail(error_of(result, doing));
}

}  // namespace claif::plugin

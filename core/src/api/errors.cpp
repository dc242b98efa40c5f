#include "wire/openai_error.hpp"

#include <claif/errors.hpp>

namespace claif {

ApiError::ApiError(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}

int ApiError::status() const noexcept {
  return wire::http_status(error_);
}

void throw_error(Error error) {
  switch (error.code) {
    case Errc::configuration:
      throw ConfigurationError(std::move(error));
    case Errc::authentication:
      throw AuthenticationError(std::move(error));
    case Errc::permission:
    case Errc::tool_denied:
      throw PermissionDeniedError(std::move(error));
    case Errc::not_found:
      throw NotFoundError(std::move(error));
    case Errc::conflict:
      throw ConflictError(std::move(error));
    case Errc::rate_limited:
    case Errc::quota_exceeded:
      throw RateLimitError(std::move(error));
    case Errc::unavailable:
      throw APIConnectionError(std::move(error));
    case Errc::timeout:
      throw APIConnectionTimeoutError(std::move(error));
    case Errc::cancelled:
      throw APIUserAbortError(std::move(error));
    case Errc::invalid_request:
    case Errc::too_large:
    case Errc::unsupported:
      throw BadRequestError(std::move(error));
    default:
      throw InternalServerError(std::move(error));
  }
}

}  // namespace claif

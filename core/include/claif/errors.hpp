// Exceptions with the names that OpenAI's SDKs use. Functions that start with try_ return a Result
// instead.
#pragma once

#include <claif/export.hpp>
#include <claif/result.hpp>

#include <stdexcept>

namespace claif {

// Base of all; carries the Error. what() is its message.
class CLAIF_API ApiError : public std::runtime_error {
 public:
  explicit ApiError(Error error);
  const Error& error() const noexcept { return error_; }
  int status() const noexcept;  // the HTTP status that the gateway would answer with

 private:
  Error error_;
};

class CLAIF_API BadRequestError : public ApiError {
  using ApiError::ApiError;
};
class CLAIF_API AuthenticationError : public ApiError {
  using ApiError::ApiError;
};
class CLAIF_API PermissionDeniedError : public ApiError {
  using ApiError::ApiError;
};
class CLAIF_API NotFoundError : public ApiError {
  using ApiError::ApiError;
};
class CLAIF_API ConflictError : public ApiError {
  using ApiError::ApiError;
};
class CLAIF_API RateLimitError : public ApiError {
  using ApiError::ApiError;
};
class CLAIF_API InternalServerError : public ApiError {
  using ApiError::ApiError;
};
class CLAIF_API APIConnectionError : public ApiError {
  using ApiError::ApiError;
};
class CLAIF_API APIConnectionTimeoutError : public ApiError {
  using ApiError::ApiError;
};
class CLAIF_API APIUserAbortError : public ApiError {
  using ApiError::ApiError;
};
class CLAIF_API ConfigurationError : public ApiError {
  using ApiError::ApiError;
};

// Throws the exception that fits `error`.
[[noreturn]] CLAIF_API void throw_error(Error error);

}  // namespace claif

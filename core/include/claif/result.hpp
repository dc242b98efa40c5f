// Errors as values: what every fallible function of claif returns.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace claif {

// What went wrong, in the terms that a caller acts on. Each maps once to an HTTP status, an OpenAI
// error type and an exit code of the command line (core/src/wire/openai_error.cpp,
// host/cli/exit_code.cpp).
enum class Errc {
  invalid_request,  // the request is wrong; sending it again will not help
  configuration,    // a setting or a command line is wrong
  authentication,   // no key, or a wrong one
  permission,       // the key may not do this
  not_found,        // no such model, session, plugin
  conflict,         // someone else changed it first
  too_large,        // over a limit of size
  rate_limited,     // too fast: try again after retry_after_ms
  quota_exceeded,   // no credit left
  tool_denied,      // the approval policy refused a tool call
  upstream,         // Claude answered with an error, or garbled
  overloaded,       // Claude, or this gateway, is too busy
  unavailable,      // cannot be reached
  timeout,          // no answer in time
  cancelled,        // the caller gave up
  unsupported,      // this build or plugin cannot do it
  internal,         // a fault of ours or of a plugin
};

struct Error {
  Errc code = Errc::internal;
  std::string message;  // names the thing, says what to do; no trailing period
  std::string param;    // OpenAI-style path into the request, may be empty
  std::string reason;   // OpenAI's error.code, e.g. model_not_found; may be empty
  std::string type;     // OpenAI's error.type; empty: derived from code
  int status = 0;       // HTTP status; 0: derived from code
  uint32_t retry_after_ms = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // to pass on to an HTTP client
};

// A value or an Error. Cannot be dropped silently.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

inline tl::unexpected<Error> fail(Errc code, std::string message) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  return tl::unexpected<Error>(std::move(error));
}
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace claif

#define CLAIF_CONCAT_INNER(a, b) a##b
#define CLAIF_CONCAT(a, b) CLAIF_CONCAT_INNER(a, b)

// CLAIF_TRY(auto x, f()): the value of f(), or return its error. CLAIF_CHECK(f()) drops the value.
#define CLAIF_TRY(declaration, expression) \
  CLAIF_TRY_AS(CLAIF_CONCAT(claif_try_, __LINE__), declaration, expression)
#define CLAIF_TRY_AS(name, declaration, expression)         \
  auto name = (expression);                                 \
  if (!name) return ::claif::fail(std::move(name.error())); \
  declaration = std::move(*name)
#define CLAIF_CHECK(expression)                          \
  if (auto claif_checked = (expression); !claif_checked) \
  return ::claif::fail(std::move(claif_checked.error()))

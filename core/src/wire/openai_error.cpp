#include "wire/openai_error.hpp"

#include "base/json.hpp"

#include <array>

namespace claif::wire {
namespace {

struct CodeRow {
  Errc code;
  int status;
  std::string_view type;
  std::string_view reason;  // OpenAI's code when the error names none
};
// The one place where Errc meets HTTP and OpenAI's types.
constexpr std::array kCodes{
    CodeRow{Errc::invalid_request, 400, "invalid_request_error", ""},
    CodeRow{Errc::configuration, 500, "server_error", "configuration_error"},
    CodeRow{Errc::authentication, 401, "invalid_request_error", "invalid_api_key"},
    CodeRow{Errc::permission, 403, "permission_error", "permission_denied"},
    CodeRow{Errc::not_found, 404, "invalid_request_error", "not_found"},
    CodeRow{Errc::conflict, 409, "invalid_request_error", "conflict"},
    CodeRow{Errc::too_large, 413, "invalid_request_error", "request_too_large"},
    CodeRow{Errc::rate_limited, 429, "rate_limit_error", "rate_limit_exceeded"},
    CodeRow{Errc::quota_exceeded, 429, "insufficient_quota", "insufficient_quota"},
    CodeRow{Errc::tool_denied, 403, "permission_error", "tool_denied"},
    CodeRow{Errc::upstream, 502, "server_error", "upstream_error"},
    CodeRow{Errc::overloaded, 503, "server_error", "overloaded"},
    CodeRow{Errc::unavailable, 502, "server_error", "upstream_connection_error"},
    CodeRow{Errc::timeout, 504, "server_error", "upstream_timeout"},
    CodeRow{Errc::cancelled, 499, "server_error", "cancelled"},
    CodeRow{Errc::unsupported, 400, "invalid_request_error", "unsupported"},
    CodeRow{Errc::internal, 500, "server_error", "internal_error"},
};
const CodeRow& row(Errc code) {
  for (const CodeRow& r : kCodes)
    if (r.code == code) return r;
  return kCodes.back();
}

}  // namespace

int http_status(const Error& error) {
  return error.status != 0 ? error.status : row(error.code).status;
}
std::string_view openai_type(const Error& error) {
  return error.type.empty() ? row(error.code).type : std::string_view(error.type);
}

std::string encode_error(const Error& error) {
  json::Writer out;
  const auto optional = [&](std::string_view s) {
    if (s.empty())
      out.null();
    else
      out.string(s);
  };
  out.object()
      .key("error")
      .object()
      .key("message")
      .string(error.message)
      .key("type")
      .string(openai_type(error));
  out.key("param");
  optional(error.param);
  out.key("code");
  // An upstream error that is classified by its status keeps an absent code absent.
  optional(error.reason.empty() && error.status == 0 ? row(error.code).reason
                                                     : std::string_view(error.reason));
  out.end_object().end_object();
  return out.take();
}

}  // namespace claif::wire

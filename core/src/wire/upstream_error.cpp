#include "wire/upstream_error.hpp"

#include "base/json.hpp"
#include "wire/anthropic_error.hpp"
#include "wire/rate_limit.hpp"

#include <array>
#include <charconv>

namespace claif::wire {
namespace {

struct UpstreamError {
  std::string_view type, message, error_code;
};

constexpr std::string_view kTooLong = "prompt is too long";  // or other words for it
constexpr std::string_view kOfModel = "model:";              // at the front of the message

// What upstream statuses become. The first row that fits decides; `reason` yields to
// details.error_code when `own_reason` is false.
struct StatusRow {
  int status;                 // 0: any
  std::string_view type;      // Anthropic's error.type; empty: any
  std::string_view contains;  // in the message; empty: any
  int client_status;
  Errc code;
  std::string_view openai_type, reason, param;
  bool own_reason = false;
};
constexpr std::array kUpstream{
    StatusRow{0, "overloaded_error", "", 503, Errc::overloaded, "server_error", "overloaded", "",
              true},
    StatusRow{529, "", "", 503, Errc::overloaded, "server_error", "overloaded", "", true},
    StatusRow{400, "", "credit balance is too low", 429, Errc::quota_exceeded, "insufficient_quota",
              "insufficient_quota", "", true},
    StatusRow{400, "", kTooLong, 400, Errc::invalid_request, "invalid_request_error",
              "context_length_exceeded", "messages", true},
    StatusRow{400, "", "", 400, Errc::invalid_request, "invalid_request_error", "", ""},
    StatusRow{401, "", "", 401, Errc::authentication, "invalid_request_error", "invalid_api_key",
              "", true},
    StatusRow{402, "", "", 429, Errc::quota_exceeded, "insufficient_quota", "insufficient_quota",
              "", true},
    StatusRow{403, "", "", 403, Errc::permission, "permission_error", "permission_denied", ""},
    StatusRow{404, "", kOfModel, 404, Errc::not_found, "invalid_request_error", "model_not_found",
              "model", true},
    StatusRow{404, "", "", 404, Errc::not_found, "invalid_request_error", "not_found", ""},
    StatusRow{409, "", "", 409, Errc::conflict, "invalid_request_error", "conflict", ""},
    StatusRow{413, "", "", 413, Errc::too_large, "invalid_request_error", "request_too_large", "",
              true},
    StatusRow{429, "", "", 429, Errc::rate_limited, "rate_limit_error", "rate_limit_exceeded", ""},
    StatusRow{502, "", "", 503, Errc::unavailable, "server_error", "upstream_unavailable", "",
              true},
    StatusRow{503, "", "", 503, Errc::unavailable, "server_error", "upstream_unavailable", "",
              true},
    StatusRow{504, "", "", 504, Errc::timeout, "server_error", "upstream_timeout", "", true},
};

struct ParamRow {
  std::string_view ours, openai;
};
constexpr std::array kParams{// E1
                             ParamRow{"max_tokens", "max_tokens"},
                             ParamRow{"temperature", "temperature"},
                             ParamRow{"top_p", "top_p"},
                             ParamRow{"tools", "tools"},
                             ParamRow{"tool_choice", "tool_choice"},
                             ParamRow{"model", "model"},
                             ParamRow{"messages", "messages"},
                             ParamRow{"service_tier", "service_tier"},
                             ParamRow{"stop_sequences", "stop"},
                             ParamRow{"system", "messages"},
                             ParamRow{"output_config", "response_format"},
                             ParamRow{"thinking", "reasoning_effort"},
                             ParamRow{"metadata", "user"}};

std::string_view param_of(std::string_view message) {
  const std::string_view segment = message.substr(0, message.find_first_of(".:["));
  for (const ParamRow& p : kParams)
    if (segment == p.ours && segment.size() < message.size()) return p.openai;
  return {};
}

bool is_spend_limit(std::string_view code) {
  return code == "enforced_spend_limit_reached" || code == "contract_spend_limit_reached";
}

// "prompt is too long: ...", "input length and max_tokens exceed context limit: ...", "... exceeds
// the context window".
bool says_too_long(std::string_view message) {
  if (message.find(kTooLong) != std::string_view::npos) return true;
  const size_t exceeds = message.find("exceed");
  return exceeds != std::string_view::npos &&
         message.find("context", exceeds) != std::string_view::npos;
}

bool says(std::string_view message, std::string_view what) {
  if (what == kTooLong) return says_too_long(message);
  if (what == kOfModel) return message.starts_with(what);
  return message.find(what) != std::string_view::npos;
}

bool fits(const StatusRow& r, int status, const UpstreamError& e) {
  return (r.status == 0 || r.status == status) && (r.type.empty() || r.type == e.type) &&
         says(e.message, r.contains);
}

Error classify(int status, const UpstreamError& e) {
  StatusRow r{status,
              "",
              "",
              status >= 500 ? 500 : status,
              status >= 500 ? Errc::upstream : Errc::invalid_request,
              status >= 500 ? "server_error" : "invalid_request_error",
              status >= 500 ? "upstream_error" : "",
              ""};
  for (const StatusRow& candidate : kUpstream)
    if (fits(candidate, status, e)) {
      r = candidate;
      break;
    }
  Error out;
  out.code = r.code;
  out.status = r.client_status;
  out.type = r.openai_type;
  out.reason = !r.own_reason && !e.error_code.empty() ? e.error_code : r.reason;
  out.param = r.param;
  if (status == 429 && is_spend_limit(e.error_code)) {
    out.code = Errc::quota_exceeded;
    out.type = out.reason = "insufficient_quota";
  }
  if (out.param.empty() && (status == 400 || status == 422)) out.param = param_of(e.message);
  out.message = e.message.empty() ? "the upstream answered with status " + std::to_string(status)
                                  : std::string(e.message);
  return out;
}

}  // namespace

std::string_view UpstreamHead::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

UpstreamHead parse_head(std::string_view text) {
  UpstreamHead out;
  size_t end = text.find('\n');
  std::from_chars(text.data(), text.data() + std::min(end, text.size()), out.status);
  while (end != std::string_view::npos && end + 1 < text.size()) {
    const size_t begin = end + 1;
    end = text.find('\n', begin);
    const std::string_view line = text.substr(begin, end - begin);
    const size_t colon = line.find(": ");
    if (colon != std::string_view::npos)
      out.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return out;
}

Error from_upstream(const UpstreamHead& head, std::string_view body, const ErrorContext& context) {
  UpstreamError e;
  const auto doc = json::parse(std::string(body));
  if (doc) {
    if (const json::Value* error = json::find(doc->root(), "error")) {
      e.type = json::string_or(*error, "type");
      e.message = json::string_or(*error, "message");
      if (const json::Value* details = json::find(*error, "details"))
        e.error_code = json::string_or(*details, "error_code");
    }
  }
  Error out = classify(head.status, e);
  out.retry_after_ms = retry_after_ms(head, context.now_ms);
  for (const auto& [name, value] : head.headers)
    if (name == "retry-after" || name == "retry-after-ms" ||
        (name == "x-should-retry" && out.code != Errc::quota_exceeded))
      out.headers.emplace_back(name, value);
  if (out.code == Errc::quota_exceeded) out.headers.emplace_back("x-should-retry", "false");  // E2
  for (auto& header : limit_headers(head, context.now_ms))
    out.headers.push_back(std::move(header));
  return context.key == KeyOwner::gateway ? without_key_blame(std::move(out)) : out;
}

Error without_key_blame(Error error) {
  if (error.code != Errc::authentication) return error;
  error.code = Errc::upstream;
  error.status = 500;
  error.type = "server_error";
  error.reason = "upstream_authentication_failed";
  return error;
}

Error from_stream_error(const StreamError& error) {
  return classify(status_of_type(error.type), {error.type, error.message, error.error_code});
}

Error stream_truncated() {
  Error error;
  error.code = Errc::upstream;
  error.message = "the upstream closed the stream before the answer was complete";
  error.reason = "stream_truncated";
  return error;
}

Error protocol_error(std::string message) {
  Error error;
  error.code = Errc::upstream;
  error.message = std::move(message);
  error.reason = "upstream_protocol_error";
  return error;
}

}  // namespace claif::wire

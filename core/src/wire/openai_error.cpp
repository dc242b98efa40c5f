#include "wire/openai_error.hpp"

#include "base/json.hpp"

#include <array>
#include <charconv>

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

struct UpstreamError {
  std::string_view type, message, error_code;
};

// What upstream statuses become. The first row that fits decides; `reason` yields to
// details.error_code when `own_reason` is false.
struct StatusRow {
  int status;                 // 0: any
  std::string_view type;      // Anthropic's error.type; empty: any
  std::string_view contains;  // in the message; empty: any
  int client_status;          // 0: the same
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
    StatusRow{400, "", "prompt is too long", 400, Errc::invalid_request, "invalid_request_error",
              "context_length_exceeded", "messages", true},
    StatusRow{400, "", "exceed context", 400, Errc::invalid_request, "invalid_request_error",
              "context_length_exceeded", "messages", true},
    StatusRow{400, "", "", 400, Errc::invalid_request, "invalid_request_error", "", ""},
    StatusRow{401, "", "", 401, Errc::authentication, "invalid_request_error", "invalid_api_key",
              "", true},
    StatusRow{402, "", "", 429, Errc::quota_exceeded, "insufficient_quota", "insufficient_quota",
              "", true},
    StatusRow{403, "", "", 403, Errc::permission, "permission_error", "permission_denied", ""},
    StatusRow{404, "", "model:", 404, Errc::not_found, "invalid_request_error", "model_not_found",
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

bool fits(const StatusRow& r, int status, const UpstreamError& e) {
  return (r.status == 0 || r.status == status) && (r.type.empty() || r.type == e.type) &&
         (r.contains.empty() ||
          (r.contains == "model:" ? e.message.starts_with(r.contains)
                                  : e.message.find(r.contains) != std::string_view::npos));
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

struct TypeRow {
  std::string_view type;
  int status;
};
constexpr std::array kTypes{TypeRow{"invalid_request_error", 400},
                            TypeRow{"authentication_error", 401},
                            TypeRow{"billing_error", 402},
                            TypeRow{"permission_error", 403},
                            TypeRow{"not_found_error", 404},
                            TypeRow{"conflict_error", 409},
                            TypeRow{"request_too_large", 413},
                            TypeRow{"rate_limit_error", 429},
                            TypeRow{"api_error", 500},
                            TypeRow{"timeout_error", 504},
                            TypeRow{"overloaded_error", 529}};

uint32_t retry_after_ms(const UpstreamHead& head) {
  const auto parse = [](std::string_view s, double scale) -> uint32_t {
    double n = 0;
    const auto [end, ec] = std::from_chars(s.data(), s.data() + s.size(), n);
    return ec == std::errc() && end == s.data() + s.size() && n > 0 && n * scale <= 60'000
               ? static_cast<uint32_t>(n * scale)
               : 0;
  };
  if (const auto ms = parse(head.header("retry-after-ms"), 1)) return ms;
  return parse(head.header("retry-after"), 1000);
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

Error from_upstream(const UpstreamHead& head, std::string_view body) {
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
  out.retry_after_ms = retry_after_ms(head);
  for (const auto& [name, value] : head.headers)
    if (name == "retry-after" || name == "retry-after-ms" ||
        (name == "x-should-retry" && out.code != Errc::quota_exceeded))
      out.headers.emplace_back(name, value);
  if (out.code == Errc::quota_exceeded) out.headers.emplace_back("x-should-retry", "false");  // E2
  return out;
}

Error from_stream_error(const StreamError& error) {
  int status = 500;
  for (const TypeRow& t : kTypes)
    if (t.type == error.type) status = t.status;
  return classify(status, {error.type, error.message, error.error_code});
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

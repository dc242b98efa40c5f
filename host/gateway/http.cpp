#include "gateway/http.hpp"

#include "wire/anthropic_error.hpp"
#include "wire/openai_error.hpp"

#include <charconv>

#include <boost/beast/http/status.hpp>

namespace claif::gateway {

std::string_view reason_phrase(int status) {
  if (status == 499) return "Client Closed Request";
  const auto phrase =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  return {phrase.data(), phrase.size()};
}

std::string_view presented_key(const Request& request) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view authorization = request.header("authorization");
  return authorization.starts_with(kBearer) ? authorization.substr(kBearer.size())
                                            : request.header("x-api-key");
}

std::string Request::headers(std::string_view name) const {
  std::string out;
  const auto [begin, end] = fields.equal_range({name.data(), name.size()});
  for (auto it = begin; it != end; ++it)
    out.append(out.empty() ? "" : ",").append(it->value().data(), it->value().size());
  return out;
}

std::string request_id(uint64_t number) {
  return "claif-" + std::to_string(number);
}

void append_request_id(Headers& headers, std::string_view id) {
  headers.emplace_back("x-request-id", id);
  headers.emplace_back("request-id", id);
}

Response error_response(const Error& error, Dialect dialect, std::string_view request_id) {
  Response out;
  out.status = wire::http_status(error);
  out.headers = error.headers;
  bool has_retry_after = false;
  for (const auto& [name, value] : error.headers)
    has_retry_after |= name == "retry-after";
  if (error.retry_after_ms != 0 && !has_retry_after)
    out.headers.emplace_back("retry-after", std::to_string((error.retry_after_ms + 999) / 1000));
  append_request_id(out.headers, request_id);
  out.body = dialect == Dialect::anthropic ? wire::encode_anthropic_error(error, request_id)
                                           : wire::encode_error(error);
  return out;
}

namespace {

void append_number(std::string& out, int64_t n) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, n).ptr);
}

}  // namespace

void append_head(std::string& out,
                 const Request& request,
                 int status,
                 std::string_view content_type,
                 const Headers& headers,
                 int64_t length) {
  out += request.http_1_0 ? "HTTP/1.0 " : "HTTP/1.1 ";
  append_number(out, status);
  out.append(" ")
      .append(reason_phrase(status))
      .append("\r\ncontent-type: ")
      .append(content_type)
      .append("\r\n");
  for (const auto& [name, value] : headers) {
    // A value from elsewhere must not end the header.
    if (value.find_first_of("\r\n") != std::string::npos) continue;
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (length >= 0) {
    out += "content-length: ";
    append_number(out, length);
    out += "\r\n";
  } else if (!request.http_1_0) {
    out += "transfer-encoding: chunked\r\n";
  }
  if (!request.keep_alive)
    out += "connection: close\r\n";
  else if (request.http_1_0 && length >= 0)
    out += "connection: keep-alive\r\n";
  out += "x-content-type-options: nosniff\r\n\r\n";
}

}  // namespace claif::gateway

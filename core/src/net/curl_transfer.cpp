#include "net/curl_transfer.hpp"

#include <claif/sdk/text.hpp>

#include <charconv>
#include <memory>

#include <arpa/inet.h>

namespace claif::net {
namespace {

using sdk::view;

// By number, or by the one name that RFC 6761 reserves for it: 127.example.com is somebody's
// server.
bool is_loopback(const std::string& host) {
  in_addr address{};
  if (::inet_pton(AF_INET, host.c_str(), &address) == 1)
    return (ntohl(address.s_addr) >> 24) == 127;
  return host == "localhost" || host == "[::1]" || host == "::1";
}

bool is_token(std::string_view s) {
  return !s.empty() && s.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
}

// Egress rule: https anywhere, plain http only to this machine.
Result<void> check_url(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK)
    return fail(Errc::invalid_request, "'" + url + "' is not an URL that can be fetched");
  char *scheme = nullptr, *host = nullptr;
  curl_url_get(parsed.get(), CURLUPART_SCHEME, &scheme, 0);
  curl_url_get(parsed.get(), CURLUPART_HOST, &host, 0);
  const std::string s = scheme ? scheme : "", h = host ? host : "";
  curl_free(scheme);
  curl_free(host);
  if (s == "https" || (s == "http" && is_loopback(h))) return {};
  return fail(Errc::invalid_request,
              "'" + url + "' is refused: use https, or http to a loopback address");
}

bool has_line_break(std::string_view s) {
  return s.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

}  // namespace

CurlTransfer::CurlTransfer() : easy(curl_easy_init()) {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  // Under 64 KiB: freeing more makes glibc consolidate its heap, once a transfer.
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 32L * 1024);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE,
                   256L * 1024);  // used for bodies over 64 KiB only
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_.data());
}

CurlTransfer::~CurlTransfer() {
  curl_easy_cleanup(easy);
  curl_slist_free_all(headers_out);
}

Result<void> CurlTransfer::prepare(const claif_http_request& request) {
  const std::string_view wanted = view(request.url);
  if (!is_token(view(request.method)))
    return fail(Errc::invalid_request, "an HTTP method is capital letters");
  if (url.empty() || wanted != url) {  // a kept handle usually goes to the same place
    std::string next(wanted);
    CLAIF_CHECK(check_url(next));
    url = std::move(next);
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  }
  std::string line;
  for (size_t i = 0; i < request.header_count; ++i) {
    const auto& [name, value] = request.headers[i];
    // "Name;" is curl's way to send a header without a value.
    line.assign(view(name)).append(value.size == 0 ? ";" : ": ").append(view(value));
    if (has_line_break(line))
      return fail(Errc::invalid_request,
                  "a value of the header '" + std::string(view(name)) + "' contains a line break");
    headers_out = curl_slist_append(headers_out, line.c_str());
  }
  // curl would wait for 100-continue before a body of over 1 MiB.
  if (request.body.size > 1024 * 1024) headers_out = curl_slist_append(headers_out, "Expect:");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_out);
  body.assign(view(request.body));
  if (method != view(request.method)) {
    method.assign(view(request.method));
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST,
                     method == "GET" || method == "POST" ? nullptr : method.c_str());
  }
  if (method != "GET") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  }
  const auto set = [this](CURLoption option, uint32_t& old, uint32_t value) {
    if (old != value) curl_easy_setopt(easy, option, static_cast<long>(value));
    old = value;
  };
  set(CURLOPT_CONNECTTIMEOUT_MS, connect_ms,
      request.connect_timeout_ms ? request.connect_timeout_ms : 5'000);
  set(CURLOPT_TIMEOUT_MS, total_ms, request.total_timeout_ms ? request.total_timeout_ms : 900'000);
  first_byte_ms = request.first_byte_timeout_ms ? request.first_byte_timeout_ms : 60'000;
  idle_ms = request.idle_timeout_ms ? request.idle_timeout_ms : 90'000;
  return {};
}

bool CurlTransfer::take_header(std::string_view line) {
  if (head_done) return true;  // trailers
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
    line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    head_.clear();
    lines_.clear();
    const size_t space = line.find(' ');
    if (space == std::string_view::npos) return false;
    const std::string_view digits = line.substr(space + 1, 3);
    return std::from_chars(digits.data(), digits.data() + digits.size(), status_).ec == std::errc();
  }
  if (!line.empty()) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    size_t value = colon + 1;
    while (value < line.size() && line[value] == ' ')
      ++value;
    lines_.push_back({head_.size(), colon, head_.size() + value, line.size() - value});
    head_ += line;
    char* const name = head_.data() + lines_.back().name;
    for (size_t i = 0; i < colon; ++i)
      if (const char c = name[i]; c >= 'A' && c <= 'Z')
        name[i] = static_cast<char>(c + ('a' - 'A'));
    return head_.size() <= 64 * 1024;
  }
  if (status_ < 200) return true;  // an interim answer
  head_done = true;
  fields_.clear();
  for (const Line& l : lines_)
    fields_.push_back(
        {{head_.data() + l.name, l.name_size}, {head_.data() + l.value, l.value_size}});
  handler->on_head(ctx, status_, fields_.data(), fields_.size());
  return true;
}

std::string CurlTransfer::describe(CURLcode code) const {
  const std::string reason = error_[0] != 0 ? error_.data() : curl_easy_strerror(code);
  return "the request to " + url + " failed: " + reason;
}

void CurlTransfer::forget() {
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, nullptr);
  curl_slist_free_all(std::exchange(headers_out, nullptr));
  if (body.capacity() > 64 * 1024) body = {};
  error_[0] = 0;
  handler = nullptr;
  after_done = nullptr;
  paused = curl_paused = cancelled = got_body = head_done = false;
}

claif_status status_of(CURLcode code) {
  switch (code) {
    case CURLE_OK:
      return CLAIF_OK;
    case CURLE_OPERATION_TIMEDOUT:
      return CLAIF_E_TIMEOUT;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
      return CLAIF_E_UNAVAILABLE;
    default:
      return CLAIF_E_INTERNAL;
  }
}

}  // namespace claif::net

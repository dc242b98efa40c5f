#include "gateway/framing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace claif::gateway {
namespace {

constexpr std::array<std::string_view, 7> kMethods{"GET",    "HEAD",    "POST", "PUT",
                                                   "DELETE", "OPTIONS", "PATCH"};

bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^`|~").find(c) != std::string_view::npos;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t'))
    s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t'))
    s.remove_suffix(1);
  return s;
}

std::optional<Refusal> refuse(std::string why, int status = 400) {
  return Refusal{status, std::move(why)};
}

// What has been seen of a head so far.
struct Head {
  Framing& framing;
  std::string_view method, target;
  size_t hosts = 0;
  bool has_length = false, has_transfer_encoding = false;
};

std::optional<Refusal> check_request_line(std::string_view line, Head& head) {
  const size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return refuse("the request line is not 'METHOD target HTTP/1.1'");
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return refuse("only HTTP/1.1 and HTTP/1.0 are spoken here", 505);
  head.framing.http_1_0 = version == "HTTP/1.0";
  head.framing.keep_alive = !head.framing.http_1_0;
  if (std::find(kMethods.begin(), kMethods.end(), head.method) == kMethods.end())
    return refuse("the method is unknown", 501);
  for (const char c : head.target)
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f || c == '#')
      return refuse("the request target has characters that must be percent-encoded");
  if (head.target.empty() || (head.target[0] != '/' && !head.target.starts_with("http://")))
    return refuse("the request target must be a path");
  return std::nullopt;
}

std::optional<Refusal> check_length(std::string_view value, Head& head) {
  if (std::exchange(head.has_length, true)) return refuse("Content-Length is given twice");
  const bool digits =
      !value.empty() && value.size() <= 18 &&
      std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || (value.size() > 1 && value[0] == '0'))
    return refuse("Content-Length must be a plain decimal number");
  uint64_t n = 0;
  std::from_chars(value.data(), value.data() + value.size(), n);
  head.framing.length = n;
  return std::nullopt;
}

std::optional<Refusal> check_transfer_encoding(std::string_view value, Head& head) {
  if (std::exchange(head.has_transfer_encoding, true))
    return refuse("Transfer-Encoding is given twice");
  if (head.framing.http_1_0) return refuse("HTTP/1.0 has no Transfer-Encoding");
  if (!equal_ignoring_case(value, "chunked"))
    return refuse("the only Transfer-Encoding accepted is 'chunked'", 501);
  head.framing.chunked = true;
  return std::nullopt;
}

std::optional<Refusal> check_connection(std::string_view value, Head& head) {
  while (!value.empty()) {
    const size_t comma = value.find(',');
    const std::string_view option = trim(value.substr(0, comma));
    value = comma == std::string_view::npos ? std::string_view() : value.substr(comma + 1);
    if (equal_ignoring_case(option, "close"))
      head.framing.keep_alive = false;
    else if (equal_ignoring_case(option, "keep-alive"))
      head.framing.keep_alive = true;
    else if (!option.empty())
      return refuse("the Connection option '" + std::string(option) + "' is not accepted");
  }
  return std::nullopt;
}

std::optional<Refusal> check_header(std::string_view line, Head& head) {
  const size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos) return refuse("a header line has no name");
  const std::string_view name = line.substr(0, colon), value = trim(line.substr(colon + 1));
  if (!std::all_of(name.begin(), name.end(), is_token_char))
    return refuse("a header name has characters that are not allowed");
  for (const char c : value)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f)
      return refuse("a header value has control characters");
  if (equal_ignoring_case(name, "content-length")) return check_length(value, head);
  if (equal_ignoring_case(name, "transfer-encoding")) return check_transfer_encoding(value, head);
  if (equal_ignoring_case(name, "connection")) return check_connection(value, head);
  if (equal_ignoring_case(name, "upgrade"))
    return refuse("this server upgrades to no other protocol");
  if (equal_ignoring_case(name, "expect")) {
    if (!equal_ignoring_case(value, "100-continue"))
      return refuse("the only expectation that is met is 100-continue", 417);
    head.framing.expects_continue = true;
  }
  if (equal_ignoring_case(name, "host")) {
    ++head.hosts;
    head.framing.host = value;
  }
  return std::nullopt;
}

std::optional<Refusal> check_whole(const Head& head) {
  if (head.hosts > 1) return refuse("Host is given twice");
  if (head.hosts == 0 && !head.framing.http_1_0) return refuse("Host is missing");
  if (head.has_length && head.has_transfer_encoding)
    return refuse("Content-Length and Transfer-Encoding exclude each other");
  const bool has_body = head.framing.chunked || head.framing.length.value_or(0) != 0;
  if (has_body && (head.method == "GET" || head.method == "HEAD" || head.method == "DELETE"))
    return refuse("a " + std::string(head.method) + " request has no body here");
  if (head.target[0] == '/') return std::nullopt;
  const std::string_view authority =
      head.target.substr(7, head.target.find('/', 7) - 7);  // after http://
  return equal_ignoring_case(authority, head.framing.host)
             ? std::nullopt
             : refuse("the target's authority differs from Host");
}

}  // namespace

std::optional<Refusal> check_head(std::string_view text,
                                  const FramingLimits& limits,
                                  Framing& framing) {
  Head head{framing, {}, {}, 0, false, false};
  size_t count = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    if (end == std::string_view::npos || end == at || text[end - 1] != '\r')
      return refuse("a line does not end in CR LF");
    const std::string_view line = text.substr(at, end - 1 - at);
    const bool first = at == 0;
    at = end + 1;
    if (line.find('\r') != std::string_view::npos || line.find('\0') != std::string_view::npos)
      return refuse("a line contains a bare CR or a NUL");
    if (first) {
      if (line.size() > limits.request_line) return refuse("the request line is over 8 KiB", 414);
      if (auto refusal = check_request_line(line, head)) return refusal;
    } else if (line.empty()) {
      break;
    } else if (line[0] == ' ' || line[0] == '\t') {
      return refuse("a header line is folded");
    } else {
      if (line.size() > limits.header || ++count > limits.count)
        return refuse("a header is over 8 KiB, or there are over 100", 431);
      if (auto refusal = check_header(line, head)) return refusal;
    }
  }
  return check_whole(head);
}

bool ChunkDecoder::take_line(std::string_view& input, size_t& used) {
  const size_t end = input.find('\n');
  const size_t n = end == std::string_view::npos ? input.size() : end + 1;
  line_.append(input.substr(0, n));
  input.remove_prefix(n);
  used += n;
  if (line_.size() > 18 + 2)
    refuse(400, "a chunk's size line is too long, or has an extension");
  else if (end != std::string_view::npos && !line_.ends_with("\r\n"))
    refuse(400, "a chunk's line does not end in CR LF");
  return !refusal_ && end != std::string_view::npos;
}

size_t ChunkDecoder::feed(std::string_view input, std::string& out, size_t max_body) {
  size_t used = 0;
  while (!input.empty() && !refusal_ && !done()) {
    if (state_ == State::data) {
      const size_t n = static_cast<size_t>(std::min<uint64_t>(left_, input.size()));
      out.append(input.substr(0, n));
      input.remove_prefix(n);
      used += n;
      left_ -= n;
      if (left_ == 0) state_ = State::data_end;
      continue;
    }
    if (!take_line(input, used)) continue;
    const std::string_view line = std::string_view(line_).substr(0, line_.size() - 2);
    if (state_ == State::size) {
      const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), left_, 16);
      if (line.empty() || line.size() > 16 || error != std::errc() ||
          end != line.data() + line.size())
        refuse(400, "a chunk's size is not a plain hexadecimal number");
      else if (left_ > max_body - std::min(out.size(), max_body))
        refuse(413, "the body is too large");
      state_ = left_ == 0 ? State::trailer : State::data;
    } else if (state_ == State::data_end) {
      if (!line.empty()) refuse(400, "a chunk is longer than its size");
      state_ = State::size;
    } else {
      if (line.empty())
        state_ = State::done;
      else
        refuse(400, "trailers are not accepted");
    }
    line_.clear();
  }
  return used;
}

}  // namespace claif::gateway

#include "fake_upstream/answers.hpp"

#include "net/http_message.hpp"

namespace claif::bench {
namespace {

constexpr std::string_view kHeaders =
    "date: Mon, 01 Jan 2029 00:00:00 GMT\r\n"
    "anthropic-ratelimit-requests-limit: 4000\r\n"
    "anthropic-ratelimit-requests-remaining: 3999\r\n"
    "anthropic-ratelimit-requests-reset: 2029-01-01T00:00:00Z\r\n"
    "anthropic-ratelimit-input-tokens-limit: 400000\r\n"
    "anthropic-ratelimit-input-tokens-remaining: 399000\r\n"
    "anthropic-ratelimit-input-tokens-reset: 2029-01-01T00:00:00Z\r\n"
    "anthropic-ratelimit-output-tokens-limit: 80000\r\n"
    "anthropic-ratelimit-output-tokens-remaining: 79000\r\n"
    "anthropic-ratelimit-output-tokens-reset: 2029-01-01T00:00:00Z\r\n"
    "request-id: req_011CMockMockMockMockMock\r\n"
    "strict-transport-security: max-age=31536000; includeSubDomains; preload\r\n"
    "anthropic-organization-id: 00000000-0000-4000-8000-000000000000\r\n"
    "server: mock\r\n"
    "x-robots-tag: none\r\n";

constexpr std::string_view kSentence =
    R"(The quick brown fox jumps over the lazy dog, and \"quotes\" need care. )";
constexpr std::string_view kWords =
    " some words of an answer that goes on and on and then some more of it";

// `size` bytes of text, escaped for JSON.
std::string answer_text(int size) {
  std::string text;
  while (text.size() < static_cast<std::size_t>(size))
    text += kSentence;
  text.resize(static_cast<std::size_t>(size));
  if (text.ends_with('\\')) text.back() = '.';
  return text;
}

std::string_view error_type(int status) {
  switch (status) {
    case 400:
      return "invalid_request_error";
    case 401:
      return "authentication_error";
    case 404:
      return "not_found_error";
    case 429:
      return "rate_limit_error";
    case 529:
      return "overloaded_error";
    default:
      return "api_error";
  }
}

std::string message_open(std::string_view model) {
  return R"({"id":"msg_01MockMockMockMockMockMock","type":"message","role":"assistant","model":")" +
         std::string(model) + R"(","content":[)";
}

}  // namespace

std::string json_response(std::string_view body, int status) {
  std::string out =
      "HTTP/1.1 " + std::to_string(status) + (status == 200 ? " OK" : " Error") + "\r\n";
  out += kHeaders;
  if (status == 429 || status == 529) out += "retry-after: 1\r\n";
  out += "content-type: application/json\r\ncontent-length: " + std::to_string(body.size()) +
         "\r\n\r\n";
  return out.append(body);
}

std::string message_response(const Behaviour& behaviour, std::string_view model) {
  if (behaviour.status >= 400) {
    std::string error = R"({"type":"error","error":{"type":")";
    error += error_type(behaviour.status);
    error += R"(","message":"mock error"},"request_id":"req_011CMock"})";
    return json_response(error, behaviour.status);
  }
  std::string body = message_open(model);
  body += R"({"type":"text","text":")" + answer_text(behaviour.text_bytes) + R"("}],)";
  body += R"("stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":512,)"
          R"("cache_creation_input_tokens":0,"cache_read_input_tokens":0,)"
          R"("cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},)"
          R"("output_tokens":128,"service_tier":"standard"}})";
  return json_response(body);
}

std::string stream_start(std::string_view model) {
  std::string out = "HTTP/1.1 200 OK\r\n";
  out += kHeaders;
  out +=
      "content-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n"
      "transfer-encoding: chunked\r\n\r\n";
  std::string start = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":";
  start += message_open(model);
  start += R"(],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":512,)"
           R"("cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1,)"
           R"("service_tier":"standard"}}})"
           "\n\n";
  append_chunk(out, start);
  append_chunk(out,
               "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
               "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n");
  append_chunk(out, "event: ping\ndata: {\"type\": \"ping\"}\n\n");
  return out;
}

void append_delta(std::string& out, const Behaviour& behaviour, std::int64_t sent_at) {
  std::string event =
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
      "\"delta\":{\"type\":\"text_delta\",\"text\":\"";
  std::string text;
  if (sent_at != 0) text = "t=" + std::to_string(sent_at) + ";";
  const auto size = static_cast<std::size_t>(behaviour.delta_bytes);
  while (text.size() < size)
    text += kWords.substr(0, size - text.size());
  event += text;
  event += "\"}}\n\n";
  append_chunk(out, event);
}

void append_stream_end(std::string& out) {
  append_chunk(
      out, "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n");
  append_chunk(out,
               "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
               "\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":128}}\n\n");
  append_chunk(out, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
  out += kLastChunk;
}

}  // namespace claif::bench

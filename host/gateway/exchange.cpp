#include "gateway/connection.hpp"

#include <utility>

namespace claif::gateway {
namespace {

constexpr size_t kSizeDigits = 8;
constexpr std::string_view kChunkHead = "00000000\r\n";  // its size is known when it is complete

}  // namespace

Task<void> Exchange::respond(Response response) {
  append_head(connection_.out_, request_, response.status, response.content_type, response.headers,
              static_cast<int64_t>(response.body.size()));
  if (request_.method != "HEAD") connection_.out_ += response.body;
  auto sending = connection_.send();
  const bool sent = co_await std::move(sending);
  static_cast<void>(sent);  // the connection notices by itself
}

Task<void> Exchange::refuse(const Error& error) {
  auto answering = respond(error_response(error, dialect(), request_id(number_)));
  co_await std::move(answering);
}

Task<void> Exchange::respond_json(Result<std::string> body) {
  Response response;
  if (body) {
    append_request_id(response.headers, request_id(number_));
    response.body = std::move(*body);
  } else {
    response = error_response(body.error(), dialect(), request_id(number_));
  }
  auto answering = respond(std::move(response));
  co_await std::move(answering);
}

void Exchange::begin_stream(int status, std::string_view content_type, const Headers& headers) {
  append_head(connection_.out_, request_, status, content_type, headers, -1);
  if (request_.http_1_0) abandon_keep_alive();
}

std::string& Exchange::stream() {
  std::string& out = connection_.out_;
  if (!request_.http_1_0 && !std::exchange(in_chunk_, true)) {
    chunk_ = out.size();
    out += kChunkHead;
  }
  return out;
}

void Exchange::frame() {
  if (!std::exchange(in_chunk_, false)) return;
  std::string& out = connection_.out_;
  size_t size = out.size() - chunk_ - kChunkHead.size();
  if (size == 0) return out.resize(chunk_);  // an empty chunk would be the end
  for (size_t i = chunk_ + kSizeDigits; size != 0; size >>= 4)
    out[--i] = "0123456789abcdef"[size & 15];
  out += "\r\n";
}

Task<bool> Exchange::flush() {
  frame();
  auto sending = connection_.send();
  co_return co_await std::move(sending);
}

void Exchange::flush_now() {
  frame();
  connection_.send_now();
}

Task<void> Exchange::end_stream() {
  frame();
  if (!request_.http_1_0) connection_.out_ += "0\r\n\r\n";
  auto sending = connection_.send();
  const bool sent = co_await std::move(sending);
  static_cast<void>(sent);
}

void Exchange::abandon_keep_alive() {
  connection_.stopping_ = true;
}

void Exchange::on_disconnect(std::function<void()> listener) {
  if (connection_.gone_ && listener) return listener();
  connection_.on_disconnect_ = std::move(listener);
}

}  // namespace claif::gateway

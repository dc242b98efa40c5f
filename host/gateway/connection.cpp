#include "gateway/connection.hpp"

#include "base/ids.hpp"

#include <algorithm>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace claif::gateway {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr size_t kSmallBuffer = 8 * 1024, kLargeBuffer = 256 * 1024, kKeptOutput = 64 * 1024;
constexpr size_t kRequestsPerConnection = 1'000'000;
constexpr uint32_t kLingerMs = 1'000;

Error framing_error(int status, std::string reason) {
  Error error;
  error.code = Errc::invalid_request;
  error.status = status;
  error.message = std::move(reason);
  if (status == 413) error.reason = "request_too_large";
  return error;
}

}  // namespace

Connection::Connection(Socket socket,
                       net::IoLoop& loop,
                       const GatewayConfig& config,
                       const Handler& handler)
    : socket_(std::move(socket)),
      loop_(loop),
      config_(config),
      handler_(handler),
      buffer_(kSmallBuffer) {
  boost::system::error_code ignored;
  // Not native_non_blocking: that lets write_some wait, and a slow client blocks the loop.
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void Connection::start() {
  watch();
  spawn(serve(shared_from_this()));
}

void Connection::shut_down() {
  stopping_ = true;
  if (!busy_) close();
}

Task<void> Connection::serve(std::shared_ptr<Connection> keep_alive) {
  static_cast<void>(keep_alive);
  for (;;) {
    auto reading = read_request();
    auto request = co_await std::move(reading);
    if (!request) break;
    busy_ = true;
    request->keep_alive = request->keep_alive && !stopping_ && ++served_ < kRequestsPerConnection;
    read();  // so that a client that goes away is noticed
    Exchange exchange(*this, *request, next_number());
    auto answering = handler_(exchange);
    co_await std::move(answering);
    if (out_.empty() && out_.capacity() > kKeptOutput) std::string().swap(out_);
    busy_ = false;
    on_disconnect_ = nullptr;
    if (!request->keep_alive || stopping_ || gone_) break;
  }
  close();
}

Task<std::optional<Request>> Connection::read_request() {
  size_t end = in_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (in_.size() > FramingLimits{}.headers) {
      auto refusing = refuse(431, "the request's head is over 16 KiB", dialect_of_head(in_));
      co_await std::move(refusing);
      co_return std::nullopt;
    }
    auto waiting = more_input(in_.empty() ? config_.idle_timeout_ms : config_.header_timeout_ms);
    const Wake wake = co_await std::move(waiting);
    if (wake == Wake::timeout && !in_.empty()) {
      auto refusing =
          refuse(408, "the request's head did not arrive in time", dialect_of_head(in_));
      co_await std::move(refusing);
    }
    if (wake != Wake::data) co_return std::nullopt;
    end = in_.find("\r\n\r\n");
  }
  const size_t head_size = end + 4;
  Framing framing;
  http::request_parser<http::empty_body> parser;
  parser.header_limit(static_cast<uint32_t>(FramingLimits{}.headers));
  parser.skip(true);  // the body's framing is ours
  boost::system::error_code error;
  auto refusal = check_head(std::string_view(in_).substr(0, head_size), FramingLimits{}, framing);
  if (!refusal && head_size > FramingLimits{}.headers)
    refusal = Refusal{431, "the request's head is over 16 KiB"};
  if (!refusal) parser.put(asio::buffer(in_.data(), head_size), error);
  if (!refusal && error)
    refusal = Refusal{400, "the request's head is malformed: " + error.message()};
  if (!refusal && framing.length.value_or(0) > config_.max_body)
    refusal = Refusal{413, "the body is over " + std::to_string(config_.max_body) + " bytes"};
  if (refusal) {
    auto refusing = refuse(refusal->status, std::move(refusal->reason), dialect_of_head(in_));
    co_await std::move(refusing);
    co_return std::nullopt;
  }
  Request request;
  auto message = parser.release();
  request.method.assign(message.method_string().data(), message.method_string().size());
  std::string_view target(message.target().data(), message.target().size());
  if (target[0] != '/') target = target.substr(std::min(target.find('/', 7), target.size()));
  request.path = target.substr(0, target.find('?'));
  if (const size_t question = target.find('?'); question != std::string_view::npos)
    request.query = target.substr(question + 1);
  request.fields = std::move(message.base());
  request.keep_alive = framing.keep_alive;
  request.http_1_0 = framing.http_1_0;
  in_.erase(0, head_size);
  auto body = read_body(request, framing);
  const bool whole = co_await std::move(body);
  if (!whole) co_return std::nullopt;
  co_return request;
}

Task<bool> Connection::read_body(Request& request, const Framing& framing) {
  if (!framing.chunked && framing.length.value_or(0) == 0) co_return true;
  if (framing.expects_continue && in_.empty() && !framing.http_1_0) {
    out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    send_now();
  }
  auto reading = framing.chunked ? read_chunks(request) : read_length(request, *framing.length);
  co_return co_await std::move(reading);
}

Task<bool> Connection::read_chunks(Request& request) {
  if (buffer_.size() < kLargeBuffer) buffer_.resize(kLargeBuffer);
  ChunkDecoder chunks;
  for (;;) {
    const size_t used = chunks.feed(in_, request.body, config_.max_body);
    in_.erase(0, used);
    if (chunks.done()) co_return true;
    if (chunks.refusal()) {
      auto refusing =
          refuse(chunks.refusal()->status, chunks.refusal()->reason, dialect_of(request));
      co_await std::move(refusing);
      co_return false;
    }
    auto waiting = more_of_the_body(dialect_of(request));
    const bool more = co_await std::move(waiting);
    if (!more) co_return false;
  }
}

Task<bool> Connection::read_length(Request& request, uint64_t length) {
  body_length_ = static_cast<size_t>(length);
  body_.reserve(std::min<size_t>(body_length_, 1024 * 1024));
  for (;;) {
    // What the head's read brought along, or one that was under way before it was understood.
    const size_t n = std::min(in_.size(), body_length_ - body_have_);
    body_.replace(body_have_, n, in_, 0, n);
    body_have_ += n;
    in_.erase(0, n);
    if (body_have_ == body_length_) break;
    auto waiting = more_of_the_body(dialect_of(request));
    const bool more = co_await std::move(waiting);
    if (more) continue;
    body_length_ = 0;  // a read may be under way: body_ stays as it is
    co_return false;
  }
  request.body = std::exchange(body_, {});
  body_length_ = body_have_ = 0;
  co_return true;
}

Task<bool> Connection::more_of_the_body(Dialect dialect) {
  auto waiting = more_input(config_.body_timeout_ms);
  const Wake wake = co_await std::move(waiting);
  if (wake == Wake::timeout) {
    auto refusing = refuse(408, "the request's body did not arrive in time", dialect);
    co_await std::move(refusing);
  }
  co_return wake == Wake::data;
}

Task<void> Connection::refuse(int status, std::string reason, Dialect dialect) {
  Request none;
  none.keep_alive = false;
  const Response response =
      error_response(framing_error(status, std::move(reason)), dialect, request_id(next_number()));
  append_head(out_, none, response.status, response.content_type, response.headers,
              static_cast<int64_t>(response.body.size()));
  if (!in_.starts_with("HEAD ")) out_ += response.body;
  auto sending = send();
  bool there = co_await std::move(sending);
  // Closing with unread bytes resets the connection, and a client that still sends could lose the
  // answer: read on for a moment.
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  const Nanos until = loop_.clock().coarse() + Millis(kLingerMs);
  while (there && !closed_ && loop_.clock().coarse() < until) {
    in_.clear();
    auto waiting = more_input(kLingerMs);
    const Wake wake = co_await std::move(waiting);
    there = wake == Wake::data;
  }
}

Task<Connection::Wake> Connection::more_input(uint32_t timeout_ms) {
  if (gone_) co_return Wake::closed;
  const size_t had = in_.size();
  waiting_.emplace(loop_);
  // One deadline for a whole head: a client that sends a byte now and then does not push it back.
  if (had == 0 || deadline_ == Nanos::max()) set_deadline(timeout_ms);
  read();
  const Wake wake = co_await *waiting_;
  waiting_.reset();
  if (wake == Wake::data && (had == 0 || busy_)) deadline_ = Nanos::max();
  co_return wake;
}

void Connection::read() {
  if (reading_ || closed_ || gone_) return;
  reading_ = true;
  reading_body_ = body_have_ < body_length_;
  // Step by step: a length that a client claims is not memory yet.
  if (reading_body_) body_.resize(std::min(body_length_, body_have_ + kLargeBuffer));
  socket_.async_read_some(reading_body_
                              ? asio::buffer(body_.data() + body_have_, body_.size() - body_have_)
                              : asio::buffer(buffer_),
                          [self = shared_from_this()](const boost::system::error_code& error,
                                                      size_t n) { self->on_read(error, n); });
}

void Connection::on_read(const boost::system::error_code& error, size_t n) {
  reading_ = false;
  if (closed_) return;
  if (error) {
    gone_ = true;
    if (waiting_) waiting_->set(Wake::closed);
    if (writable_) writable_->set(false);
    if (const auto listener = std::exchange(on_disconnect_, nullptr)) listener();
    return;
  }
  if (reading_body_)
    body_have_ += n;
  else
    in_.append(buffer_.data(), n);
  if (waiting_) waiting_->set(Wake::data);
}

bool Connection::send_now() {
  while (sent_ < out_.size() && !gone_ && !closed_) {
    boost::system::error_code error;
    const size_t n =
        socket_.write_some(asio::buffer(out_.data() + sent_, out_.size() - sent_), error);
    sent_ += n;
    if (error == asio::error::would_block || error == asio::error::try_again) return true;
    if (error) gone_ = true;
  }
  if (sent_ == out_.size()) {
    out_.clear();
    sent_ = 0;
  }
  return !gone_ && !closed_;
}

Task<bool> Connection::send() {
  while (send_now()) {
    if (out_.empty()) co_return true;
    writable_.emplace(loop_);
    set_deadline(config_.write_timeout_ms);
    socket_.async_wait(Socket::wait_write,
                       [self = shared_from_this()](const boost::system::error_code& error) {
                         if (self->writable_) self->writable_->set(!error);
                       });
    const bool ready = co_await *writable_;
    writable_.reset();
    deadline_ = Nanos::max();
    if (!ready) gone_ = true;
  }
  co_return false;
}

void Connection::set_deadline(uint32_t timeout_ms) {
  deadline_ = loop_.clock().coarse() + Millis(timeout_ms);
  if (deadline_ >= next_look_) return;
  loop_.cancel(timer_);
  watch();
}

void Connection::watch() {
  const Nanos now = loop_.clock().coarse();
  if (closed_) return;
  if (deadline_ <= now) {
    deadline_ = Nanos::max();
    if (waiting_) waiting_->set(Wake::timeout);
    if (writable_) writable_->set(false);
  }
  const Nanos left = deadline_ == Nanos::max() ? std::chrono::seconds(10) : deadline_ - now;
  const auto wait = std::clamp(std::chrono::ceil<Millis>(left), Millis(5), Millis(10'000));
  next_look_ = now + wait;
  timer_ = loop_.after(wait, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->watch();
  });
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  loop_.cancel(timer_);
  if (waiting_) waiting_->set(Wake::closed);
  if (writable_) writable_->set(false);
  if (const auto listener = std::exchange(on_disconnect_, nullptr)) listener();
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);  // what was sent still arrives
  socket_.close(ignored);
}

}  // namespace claif::gateway

#include "exchange.hpp"
#include "upstream_error.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace claif::transport_anthropic {
namespace {

constexpr size_t kMaxMessage = size_t{64} << 20;
constexpr size_t kMaxErrorBody = size_t{1} << 20;
constexpr size_t kKeptCapacity = size_t{64} << 10;

bool passes_on(std::string_view name) {
  return name == "request-id" || name == "content-type" || name == "x-should-retry" ||
         name.starts_with("retry-after") || name.starts_with("anthropic-");
}

bool is_event_stream(std::string_view content_type) {
  constexpr std::string_view kType = "text/event-stream";
  return content_type.size() >= kType.size() &&
         std::equal(kType.begin(), kType.end(), content_type.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
}

bool is_json(std::string_view content_type) {
  return content_type.empty() || content_type.find("json") != std::string_view::npos;
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

uint32_t milliseconds(double value) {
  return value > 0
             ? static_cast<uint32_t>(std::min(value, double{std::numeric_limits<int32_t>::max()}))
             : 0;
}

}  // namespace

void Answer::reset(bool streams) {
  streams_ = streams;
  mode_ = Mode::none;
  status_ = retry_after_ms_ = 0;
  content_length_.reset();
  encoded_ = stopped_ = broke_off_ = emitted_ = false;
  sse_.reset();
  if (body_.capacity() > kKeptCapacity) std::string().swap(body_);
  body_.clear();
}

void Answer::on_head(sdk::Op& op, uint32_t status, const claif_http_header* headers, size_t count) {
  status_ = status;
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, status).ptr;
  head_.assign(digits, end).push_back('\n');
  std::string_view content_type;
  for (size_t i = 0; i < count; ++i) {
    const std::string_view name = sdk::view(headers[i].name);
    const std::string_view value = sdk::view(headers[i].value);
    if (name == "content-type") content_type = value;
    read_header(name, value);
    if (passes_on(name)) head_.append(name).append(": ").append(value).push_back('\n');
  }
  op.emit(CLAIF_EMIT_HEAD, head_);
  choose_mode(content_type);
}

void Answer::read_header(std::string_view name, std::string_view value) {
  if (name == "content-encoding") encoded_ = true;
  if (name == "content-length") {
    if (const auto bytes = number(value); bytes && *bytes >= 0 && *bytes <= double{kMaxMessage})
      content_length_ = static_cast<uint64_t>(*bytes);
  }
  if (name == "retry-after-ms") {
    if (const auto ms = number(value)) retry_after_ms_ = milliseconds(*ms);
  } else if (name == "retry-after" && retry_after_ms_ == 0) {
    if (const auto seconds = number(value)) retry_after_ms_ = milliseconds(*seconds * 1000);
  }
}

void Answer::choose_mode(std::string_view content_type) {
  if (status_ >= 400) {
    mode_ = Mode::error_body;
  } else if (status_ < 200 || status_ >= 300) {
    refuse(CLAIF_E_UNAVAILABLE,
           "upstream answered " + std::to_string(status_) + "; check base_url");
  } else if (streams_ && is_event_stream(content_type)) {
    mode_ = Mode::events;
  } else if (is_json(content_type)) {
    mode_ = Mode::message;
  } else {
    refuse(CLAIF_E_INTERNAL, "upstream answered with content type '" + std::string(content_type) +
                                 "'; check base_url");
  }
}

void Answer::refuse(claif_status code, std::string_view text) noexcept {
  mode_ = Mode::refused;
  refusal_ = sdk::make_error(code, text);
}

claif_status Answer::on_body(sdk::Op& op, std::string_view piece) {
  switch (mode_) {
    case Mode::events: {
      claif_status answer = CLAIF_OK;
      const bool fits = sse_.feed(piece, [&](std::string_view event, std::string_view data) {
        const claif_status status = emit_event(op, event, data);
        if (status != CLAIF_OK && answer != CLAIF_E_CANCELLED) answer = status;
      });
      if (fits) return answer;
      refuse(CLAIF_E_INTERNAL, "upstream sent a stream event larger than 16 MiB");
      return CLAIF_E_CANCELLED;
    }
    case Mode::message:
      return on_message(op, piece);
    case Mode::error_body:
      body_.append(piece.substr(0, kMaxErrorBody - std::min(kMaxErrorBody, body_.size())));
      return CLAIF_OK;
    case Mode::none:
    case Mode::refused:
      break;
  }
  return CLAIF_E_CANCELLED;
}

claif_status Answer::emit_event(sdk::Op& op, std::string_view event, std::string_view data) {
  constexpr size_t kShort = 200;
  if (event == "message_stop" || (event.empty() && data.size() < kShort &&
                                  data.find(R"("type":"message_stop")") != std::string_view::npos))
    stopped_ = true;
  if (event == "error") broke_off_ = true;
  return op.emit(CLAIF_EMIT_EVENT, data);
}

claif_status Answer::on_message(sdk::Op& op, std::string_view piece) {
  if (emitted_ && !piece.empty()) {
    refuse(CLAIF_E_INTERNAL, "upstream sent more than its content-length says");
    return CLAIF_E_CANCELLED;
  }
  if (body_.empty() && !encoded_ && content_length_ == piece.size()) {
    emitted_ = true;
    return op.emit(CLAIF_EMIT_MESSAGE, piece);
  }
  if (body_.size() + piece.size() > kMaxMessage) {
    refuse(CLAIF_E_INTERNAL, "upstream sent a message larger than 64 MiB");
    return CLAIF_E_CANCELLED;
  }
  body_.append(piece);
  return CLAIF_OK;
}

claif_error Answer::on_done(sdk::Op& op, claif_status status, const claif_error* error) {
  if (mode_ == Mode::refused) return refusal_;
  if (mode_ == Mode::events && status == CLAIF_OK)
    sse_.finish(
        [&](std::string_view event, std::string_view data) { emit_event(op, event, data); });
  if (stopped_) return {};
  if (mode_ == Mode::error_body && status != CLAIF_E_CANCELLED) {
    op.emit(CLAIF_EMIT_ERROR_BODY, body_);
    return upstream_error(status_, body_, retry_after_ms_);
  }
  if (status != CLAIF_OK) {
    if (error != nullptr && error->code < 0) return *error;
    return sdk::make_error(status, "the connection to the upstream failed");
  }
  if (broke_off_)
    return sdk::make_error(CLAIF_E_UNAVAILABLE, "upstream ended the stream with an error event");
  if (mode_ == Mode::events)
    return sdk::make_error(CLAIF_E_INTERNAL, "the stream ended before message_stop");
  if (mode_ == Mode::none) return sdk::make_error(CLAIF_E_INTERNAL, "upstream sent no answer");
  if (!emitted_) op.emit(CLAIF_EMIT_MESSAGE, body_);
  return {};
}

}  // namespace claif::transport_anthropic

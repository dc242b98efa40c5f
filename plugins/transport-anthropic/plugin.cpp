#include "exchange.hpp"
#include "models.hpp"
#include "preview.hpp"
#include "settings.hpp"

#include <claif/plugin.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace claif;
using namespace claif::transport_anthropic;

// Translates between claif.transport/1 and claif.http/1.
class AnthropicTransport {
 public:
  static constexpr const char* kConfigSchema = kSettingsSchema;
  static constexpr const char* kNeeds[] = {CLAIF_HTTP_ID, nullptr};

  AnthropicTransport(sdk::Host host, const sdk::Config& config)
      : host_(host), http_(host.service<claif_http_v1>(CLAIF_HTTP_ID)), settings_(config) {
    if (http_ == nullptr) throw sdk::Error("the host offers no claif.http/1", CLAIF_E_UNSUPPORTED);
  }

  void start(const sdk::Request& request, sdk::Op op) {
    if (settings_.lacks_key) return op.fail(CLAIF_E_AUTH, kNoKey);
    const uint64_t op_id = op.id();
    Exchange& exchange = exchanges_.begin(std::move(op));
    exchange.answer.reset(request.streams());
    uint64_t http_id = 0;
    claif_error error = sdk::make_error(CLAIF_E_INTERNAL, "");
    claif_status status = CLAIF_E_INTERNAL;
    try {
      status = send(request, exchange, &http_id, &error);
    } catch (...) {
      sdk::fill_from_current_exception(&error);
    }
    if (status != CLAIF_OK) return exchanges_.end(exchange).fail(error);
    const Exchanges::Wishes wishes = exchanges_.name(op_id, http_id);
    if (wishes.resume) http_->resume(host_.raw(), http_id);
    if (wishes.cancel) http_->cancel(host_.raw(), http_id);
  }

  void resume(uint64_t op_id) {
    if (const uint64_t id = exchanges_.to_resume(op_id)) http_->resume(host_.raw(), id);
  }

  void cancel(uint64_t op_id) {
    if (const uint64_t id = exchanges_.to_cancel(op_id)) http_->cancel(host_.raw(), id);
  }

  // A missing key is no reason to keep the rest from the caller.
  void preview(const sdk::Request& request, sdk::Op op) {
    std::vector<claif_http_header> headers;
    list_headers(request, headers);
    op.emit(CLAIF_EMIT_ITEM, preview_json(url_of(request), headers));
    op.finish();
  }

  void models(sdk::Op op) {
    if (settings_.lacks_key) return op.fail(CLAIF_E_AUTH, kNoKey);
    ModelsFetch::run(host_, *http_, settings_, std::move(op));
  }

 private:
  static constexpr uint32_t kTotalTimeoutMs = 900'000;  // http.h: what 0 stands for
  static constexpr std::string_view kNoKey =
      "there is no API key: set ANTHROPIC_API_KEY or transport.config.api_key, or use the mock "
      "transport";

  claif_status send(const sdk::Request& request,
                    Exchange& exchange,
                    uint64_t* id,
                    claif_error* error) {
    static constexpr claif_http_handler handler{sizeof handler, 0, &on_head, &on_body, &on_done};
    std::vector<claif_http_header>& headers = exchange.headers;
    headers.clear();
    list_headers(request, headers);
    const std::string url = url_of(request);
    claif_http_request http{};
    http.size = sizeof http;
    http.method = sdk::str("POST");
    http.url = sdk::str(url);
    http.headers = headers.data();
    http.header_count = headers.size();
    http.body = sdk::str(request.body_json());
    http.connect_timeout_ms = settings_.connect_timeout_ms;
    http.first_byte_timeout_ms = settings_.first_byte_timeout_ms;
    // A plain answer comes at once, when it is complete: the host's default is for streams.
    if (!request.streams() && http.first_byte_timeout_ms == 0)
      http.first_byte_timeout_ms =
          settings_.total_timeout_ms != 0 ? settings_.total_timeout_ms : kTotalTimeoutMs;
    http.idle_timeout_ms = settings_.idle_timeout_ms;
    http.total_timeout_ms = settings_.total_timeout_ms;
    return http_->start(host_.raw(), &http, &handler, &exchange, id, error);
  }

  std::string url_of(const sdk::Request& request) const {
    std::string out = settings_.messages_url;
    if (request.counts_tokens()) out += "/count_tokens";
    if (!request.query().empty()) out.append("?").append(request.query());
    return out;
  }

  void list_headers(const sdk::Request& request, std::vector<claif_http_header>& out) const {
    const auto add = [&](std::string_view name, std::string_view value) {
      if (!value.empty()) out.push_back({sdk::str(name), sdk::str(value)});
    };
    for (const auto& [name, value] : settings_.headers)
      add(name, value);
    const std::string_view version = request.anthropic_version();
    add("content-type", "application/json");
    add("accept", request.streams() ? "text/event-stream" : "application/json");
    add("anthropic-version", version.empty() ? "2026-10-21" : version);
    add("anthropic-beta", request.anthropic_beta());
    add("traceparent", request.traceparent());
  }

  static AnthropicTransport& owner(const Exchange& exchange) {
    return *static_cast<AnthropicTransport*>(exchange.owner);
  }
  static void on_head(void* context,
                      uint32_t status,
                      const claif_http_header* headers,
                      size_t count) noexcept {
    Exchange& exchange = *static_cast<Exchange*>(context);
    try {
      exchange.answer.on_head(exchange.op, status, headers, count);
    } catch (...) {
      give_up(exchange);
    }
  }
  static claif_status on_body(void* context, claif_str piece) noexcept {
    Exchange& exchange = *static_cast<Exchange*>(context);
    try {
      const claif_status status = exchange.answer.on_body(exchange.op, sdk::view(piece));
      if (status != CLAIF_E_CANCELLED) return status;
      owner(exchange).cancel(exchange.op_id);
    } catch (...) {
      give_up(exchange);
    }
    return CLAIF_OK;
  }
  // The exchange is given back before the operation ends, since the host may destroy the instance
  // then.
  static void on_done(void* context, claif_status status, const claif_error* error) noexcept {
    Exchange& exchange = *static_cast<Exchange*>(context);
    claif_error end{};
    try {
      end = exchange.answer.on_done(exchange.op, status, error);
    } catch (...) {
      end = sdk::make_error(CLAIF_E_INTERNAL, kNoMemory);
    }
    sdk::Op op = owner(exchange).exchanges_.end(exchange);
    if (end.code < 0) return op.fail(end);
    op.finish();
  }
  static void give_up(Exchange& exchange) noexcept {
    exchange.answer.refuse(CLAIF_E_INTERNAL, kNoMemory);
    owner(exchange).cancel(exchange.op_id);
  }

  static constexpr std::string_view kNoMemory = "out of memory while reading the upstream's answer";

  const sdk::Host host_;
  const claif_http_v1* const http_;
  const Settings settings_;
  Exchanges exchanges_{this};
};

}  // namespace

CLAIF_PLUGIN(AnthropicTransport, "claif.transport.anthropic", "0.1.0");

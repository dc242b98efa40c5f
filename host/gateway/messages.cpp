// POST /v1/messages and /v1/messages/count_tokens: Anthropic's own API, handed on byte by byte in
// both directions (U5)
#include "gateway/answer.hpp"
#include "gateway/router.hpp"
#include "wire/anthropic_error.hpp"
#include "wire/native_request.hpp"
#include "wire/sse_frame.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace claif::gateway {
namespace {

const std::vector<std::string> kNoWarnings;

// The answer as it came.
class NativeSink final : public AnswerSink {
 public:
  NativeSink(Exchange& exchange, Loop& loop) : AnswerSink(exchange, loop, kNoWarnings) {}

 protected:
  void encode(const wire::Event& event, std::string& frames) override {
    wire::append_sse(frames, event.type, event.json);
  }
  void encode(const Error& error, std::string& frames) override {
    const auto& upstream = context().upstream_error;
    wire::append_sse(
        frames, "error",
        upstream ? *upstream : wire::encode_anthropic_error(error, request_id(context().number)));
  }
  std::string encode(const wire::Message& message) override { return wire::to_json(message); }
  std::string_view heartbeat() const override {
    return "event: ping\ndata: {\"type\": \"ping\"}\n\n";
  }
  Response refusal(const pipeline::RunContext& context, Error error) override {
    if (!context.upstream_error || context.upstream_error->empty())
      return AnswerSink::refusal(context, std::move(error));
    Response out;
    out.headers = upstream_headers(context);
    out.body = *context.upstream_error;
    out.status = pipeline::status_of(context, error);
    const std::string_view type = context.head.header("content-type");
    if (context.head.status >= 400 && !type.empty()) out.content_type = type;
    return out;
  }
};

Task<void> hand_on(RouteContext& route, Exchange& exchange, bool counts_tokens) {
  const Request& http = exchange.request();
  pipeline::RunContext context;
  context.route = counts_tokens ? "messages.count_tokens" : "messages";
  context.native = true;
  context.counts_tokens = counts_tokens;
  const Result<void> extensions = read_extensions(exchange, context);
  const std::string beta = http.headers("anthropic-beta");
  const wire::NativeHead head{http.header("anthropic-version"), beta, http.query};
  auto request = wire::read_native(exchange.take_body(), head, route.engine.config().model_aliases,
                                   counts_tokens);
  if (!request || !extensions) {
    auto refusing = exchange.refuse(request ? extensions.error() : request.error());
    co_await std::move(refusing);
    co_return;
  }
  context.request = std::move(*request);
  NativeSink sink(exchange, route.pipeline.ops().loop());
  auto running = sink.run(route.pipeline, context);
  co_await std::move(running);
}

}  // namespace

Task<void> messages(RouteContext& route, Exchange& exchange) {
  auto handing_on = hand_on(route, exchange, false);
  co_await std::move(handing_on);
}

Task<void> count_tokens(RouteContext& route, Exchange& exchange) {
  auto handing_on = hand_on(route, exchange, true);
  co_await std::move(handing_on);
}

}  // namespace claif::gateway

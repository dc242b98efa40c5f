// POST /v1/messages and /v1/messages/count_tokens: Anthropic's own API, handed on byte by byte in
// both directions (U5)
#include "gateway/answer.hpp"
#include "wire/anthropic_error.hpp"
#include "wire/native_request.hpp"
#include "wire/sse_frame.hpp"

namespace claif::gateway {
namespace {

// The answer as it came, on its way to the client.
class NativeSink final : public AnswerSink {
 public:
  NativeSink(Exchange& exchange, const Clock& clock, Loop& loop)
      : AnswerSink(exchange, loop), now_ms_(clock.wall_ms()) {}

  void write(const wire::Event& event) override {
    frames_.clear();
    if (std::holds_alternative<wire::MessageStop>(event.body) && !context().persisted)
      frames_ = ": claif.persisted:false\n\n";
    wire::append_sse(frames_, event.type, event.json);
    send(frames_);
  }
  void message(const wire::Message& message) override { set_body(wire::to_json(message)); }
  void raw(std::string_view json) override { set_body(std::string(json)); }
  void fail(const Error& error) override {
    frames_.clear();
    const auto& upstream = context().upstream_error;
    wire::append_sse(
        frames_, "error",
        upstream ? *upstream : wire::encode_anthropic_error(error, request_id(context().number)));
    send_last(frames_);
  }
  Response refusal(const pipeline::RunContext& context, const Error& error) override {
    if (!context.upstream_error || context.upstream_error->empty())
      return gateway::refusal(context, error, Dialect::anthropic);
    Response out;
    out.headers = answer_headers(context, Dialect::anthropic, now_ms_);
    out.body = *context.upstream_error;
    // An error event that came instead of a message has no status of its own.
    const bool answered = context.head.status >= 400;
    out.status = answered ? context.head.status : wire::status_of_error_json(out.body);
    const std::string_view type = context.head.header("content-type");
    if (answered && !type.empty()) out.content_type = type;
    return out;
  }

 private:
  Headers headers() const override {
    return answer_headers(context(), Dialect::anthropic, now_ms_);
  }
  std::string_view heartbeat() const override {
    return "event: ping\ndata: {\"type\": \"ping\"}\n\n";
  }

  int64_t now_ms_;
  std::string frames_;
};

Task<void> hand_on(RouteContext& route, Exchange& exchange, bool counts_tokens) {
  const Request& http = exchange.request();
  pipeline::RunContext context;
  context.route = counts_tokens ? "messages.count_tokens" : "messages";
  context.native = true;
  context.counts_tokens = counts_tokens;
  const Result<void> head = read_head(exchange, context);
  const wire::NativeHead native{http.header("anthropic-version"), http.header("anthropic-beta"),
                                http.query};
  auto request =
      wire::read_native(http.body, native, route.engine.config().model_aliases, counts_tokens);
  if (!request || !head) {
    auto refusing = exchange.refuse(request ? head.error() : request.error());
    co_await std::move(refusing);
    co_return;
  }
  context.request = std::move(*request);
  NativeSink sink(exchange, route.engine.clock(), route.pipeline.ops().loop());
  auto answering = answer(route, exchange, context, sink);
  co_await std::move(answering);
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

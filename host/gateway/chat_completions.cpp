// POST /v1/chat/completions
#include "base/ids.hpp"
#include "gateway/answer.hpp"
#include "wire/chat_response.hpp"

namespace claif::gateway {
namespace {

// The answer as OpenAI's objects, on its way to the client.
class ChatSink final : public AnswerSink {
 public:
  ChatSink(Exchange& exchange, const wire::ChatRequest& request, const Clock& clock, Loop& loop)
      : AnswerSink(exchange, loop),
        request_(request),
        now_ms_(clock.wall_ms()),
        id_(random_id("chatcmpl-")),
        encoder_(id_, now_ms_ / 1000, request.encoding) {}

  void write(const wire::Event& event) override {
    frames_.clear();
    if (std::holds_alternative<wire::MessageStop>(event.body) && !context().persisted)
      frames_ = ": claif.persisted:false\n\n";
    encoder_.encode(event, frames_);
    send(frames_);
  }
  void message(const wire::Message& message) override {
    set_body(wire::encode_chat_completion(message, id_, now_ms_ / 1000, request_.encoding));
  }
  void fail(const Error& error) override {
    frames_.clear();
    encoder_.fail(error, frames_);
    send_last(frames_);
  }
  Response refusal(const pipeline::RunContext& context, const Error& error) override {
    return gateway::refusal(context, error, Dialect::openai, request_.warnings);
  }

 private:
  Headers headers() const override {
    return answer_headers(context(), Dialect::openai, now_ms_, request_.warnings);
  }
  std::string_view heartbeat() const override { return ": ping\n\n"; }

  const wire::ChatRequest& request_;
  int64_t now_ms_;
  std::string id_;
  wire::ChatStreamEncoder encoder_;
  std::string frames_;
};

}  // namespace

Task<void> chat_completions(RouteContext& route, Exchange& exchange) {
  const Config& config = route.engine.config();
  pipeline::RunContext context;
  context.route = "chat.completions";
  const Result<void> head = read_head(exchange, context);
  auto request = wire::decode_chat(exchange.request().body, {config.model_aliases, config.strict});
  if (!request || !head) {
    auto refusing = exchange.refuse(request ? head.error() : request.error());
    co_await std::move(refusing);
    co_return;
  }
  context.request = std::move(request->messages);
  ChatSink sink(exchange, *request, route.engine.clock(), route.pipeline.ops().loop());
  auto answering = answer(route, exchange, context, sink);
  co_await std::move(answering);
}

}  // namespace claif::gateway

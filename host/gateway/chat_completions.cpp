// POST /v1/chat/completions
#include "base/ids.hpp"
#include "gateway/answer.hpp"
#include "gateway/router.hpp"
#include "wire/chat_response.hpp"

namespace claif::gateway {
namespace {

// The answer as OpenAI's objects.
class ChatSink final : public AnswerSink {
 public:
  ChatSink(Exchange& exchange, Loop& loop, const wire::ChatRequest& request)
      : AnswerSink(exchange, loop, request.warnings),
        encoding_(request.encoding),
        id_(random_id("chatcmpl-")),
        created_(loop.clock().wall_ms() / 1000),
        encoder_(id_, created_, encoding_) {}

 protected:
  void encode(const wire::Event& event, std::string& frames) override {
    encoder_.encode(event, frames);
  }
  void encode(const Error& error, std::string& frames) override { encoder_.fail(error, frames); }
  std::string encode(const wire::Message& message) override {
    return wire::encode_chat_completion(message, id_, created_, encoding_);
  }

 private:
  wire::ChatEncoding encoding_;
  std::string id_;
  int64_t created_;
  wire::ChatStreamEncoder encoder_;
};

}  // namespace

Task<void> chat_completions(RouteContext& route, Exchange& exchange) {
  const Config& config = route.engine.config();
  auto request = wire::decode_chat(
      exchange.take_body(), {config.model_aliases, config.strict, route.engine.models().get()});
  pipeline::RunContext context;
  context.route = "chat.completions";
  Result<void> extensions = read_extensions(exchange, context);
  if (request && !extensions)
    request = Result<wire::ChatRequest>(fail(std::move(extensions.error())));
  if (!request) {
    auto refusing = exchange.refuse(request.error());
    co_await std::move(refusing);
    co_return;
  }
  context.request = std::move(request->messages);
  ChatSink sink(exchange, route.pipeline.ops().loop(), *request);
  auto running = sink.run(route.pipeline, context);
  co_await std::move(running);
}

}  // namespace claif::gateway

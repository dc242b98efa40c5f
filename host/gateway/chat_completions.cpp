// POST /v1/chat/completions
#include "base/ids.hpp"
#include "base/log.hpp"
#include "gateway/router.hpp"
#include "wire/chat_response.hpp"

namespace claif::gateway {
namespace {

constexpr Millis kHeartbeat{15'000};

std::string_view name_of(pipeline::CacheState state) {
  switch (state) {
    case pipeline::CacheState::hit:
      return "HIT";
    case pipeline::CacheState::miss:
      return "MISS";
    case pipeline::CacheState::bypass:
      return "BYPASS";
    case pipeline::CacheState::off:
      return "OFF";
  }
  return "OFF";
}

// The headers of an answer, good or bad.
Headers answer_headers(const pipeline::RunContext& context,
                       const std::vector<std::string>& warnings) {
  Headers out;
  const std::string_view upstream_id = context.head.header("request-id");
  out.emplace_back("x-request-id", upstream_id.empty() ? "claif-" + std::to_string(context.number)
                                                       : std::string(upstream_id));
  if (context.cache != pipeline::CacheState::off)
    out.emplace_back("x-claif-cache", name_of(context.cache));
  if (!context.persisted) out.emplace_back("x-claif-persisted", "false");
  if (!warnings.empty()) {
    std::string joined;
    for (const std::string& warning : warnings)
      (joined += joined.empty() ? "" : ",") += escape_controls(warning);  // a key may hold any
    out.emplace_back("x-claif-warnings", std::move(joined));
  }
  return out;
}

// The answer as OpenAI's objects, on its way to the client.
class ChatSink final : public pipeline::EventSink {
 public:
  ChatSink(Exchange& exchange, const wire::ChatRequest& request, Engine& engine, Loop& loop)
      : exchange_(exchange),
        request_(request),
        loop_(loop),
        id_(random_id("chatcmpl-")),
        created_(engine.clock().wall_ms() / 1000),
        encoder_(id_, created_, request.encoding) {}
  ~ChatSink() override {
    if (heartbeat_ != 0) loop_.cancel(heartbeat_);
  }

  void start(const pipeline::RunContext& context) override {
    context_ = &context;
    if (!request_.messages.stream) return;
    streaming_ = true;
    Headers headers = answer_headers(context, request_.warnings);
    headers.emplace_back("cache-control", "no-cache");
    exchange_.begin_stream(200, "text/event-stream; charset=utf-8", headers);
    beat();
  }
  void write(const wire::Event& event) override {
    frames_.clear();
    encoder_.encode(event, frames_);
    if (std::holds_alternative<wire::MessageStop>(event.body) && !context_->persisted)
      exchange_.append(": claif.persisted:false\n\n");
    exchange_.append(frames_);
    quiet_ = false;
  }
  void message(const wire::Message& message) override {
    response_.headers = answer_headers(*context_, request_.warnings);
    response_.body = wire::encode_chat_completion(message, id_, created_, request_.encoding);
  }
  void fail(const Error& error) override {
    frames_.clear();
    encoder_.fail(error, frames_);
    exchange_.append(frames_);
    exchange_.abandon_keep_alive();
  }
  Task<bool> flush() override {
    if (!streaming_) co_return true;
    auto flushing = exchange_.flush();
    co_return co_await std::move(flushing);
  }

  bool streaming() const { return streaming_; }
  Response& response() { return response_; }

 private:
  // A comment line when nothing else was sent, so that proxies and clients keep the stream open
  // (S10).
  void beat() {
    heartbeat_ = loop_.after(kHeartbeat, [this] {
      if (std::exchange(quiet_, true)) {
        exchange_.append(": ping\n\n");
        exchange_.flush_now();
      }
      beat();
    });
  }

  Exchange& exchange_;
  const wire::ChatRequest& request_;
  Loop& loop_;
  std::string id_;
  int64_t created_;
  wire::ChatStreamEncoder encoder_;
  std::string frames_;
  const pipeline::RunContext* context_ = nullptr;
  bool streaming_ = false, quiet_ = false;
  TimerId heartbeat_ = 0;
  Response response_;
};

Result<void> read_extensions(const Request& request, pipeline::RunContext& context) {
  context.session = request.header("x-claif-session");
  if (!context.session.empty() && !is_session_id(context.session))
    return fail(Errc::invalid_request, "x-claif-session must match [A-Za-z0-9_-]{1,64}");
  const std::string_view cache = request.header("x-claif-cache");
  if (cache == "on")
    context.cache_wish = pipeline::CacheWish::on;
  else if (cache == "off")
    context.cache_wish = pipeline::CacheWish::off;
  else if (!cache.empty())
    return fail(Errc::invalid_request, "x-claif-cache must be on or off");
  return {};
}

}  // namespace

Task<void> chat_completions(RouteContext& route, Exchange& exchange) {
  const Request& http = exchange.request();
  const Config& config = route.engine.config();
  auto request = wire::decode_chat(
      exchange.take_body(), {config.model_aliases, config.strict, route.engine.models().get()});
  pipeline::RunContext context;
  context.route = "chat.completions";
  Result<void> extensions = read_extensions(http, context);
  if (request && !extensions)
    request = Result<wire::ChatRequest>(fail(std::move(extensions.error())));
  if (!request) {
    auto refusing = exchange.respond(error_response(request.error()));
    co_await std::move(refusing);
    co_return;
  }
  context.request = std::move(request->messages);
  request->messages.stream = context.request.stream;
  ChatSink sink(exchange, *request, route.engine, route.pipeline.ops().loop());
  exchange.on_disconnect([&context] { context.cancellation.request(); });
  auto running = route.pipeline.run(context, sink);
  Result<void> outcome = co_await std::move(running);
  exchange.on_disconnect(nullptr);
  if (sink.streaming()) {
    auto ending = exchange.end_stream();
    co_await std::move(ending);
    co_return;
  }
  Response response = outcome ? std::move(sink.response()) : error_response(outcome.error());
  if (!outcome)
    for (auto& header : answer_headers(context, request->warnings))
      response.headers.push_back(std::move(header));
  auto answering = exchange.respond(std::move(response));
  co_await std::move(answering);
}

}  // namespace claif::gateway

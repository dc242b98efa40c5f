#include "gateway/answer.hpp"

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "wire/rate_limit.hpp"

#include <utility>

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

// Answers that are kept for one key never reach another; the key itself is nowhere.
std::string tenant_of(const Request& request) {
  const std::string_view key = credential(request);
  return key.empty() ? std::string() : hex(sha256(key)).substr(0, 32);
}

std::string id_of(const pipeline::RunContext& context) {
  const std::string_view upstream = context.head.header("request-id");
  return upstream.empty() ? request_id(context.number) : std::string(upstream);
}

void append_own(Headers& out, const pipeline::RunContext& context, const Warnings& warnings) {
  if (context.cache != pipeline::CacheState::off)
    out.emplace_back("x-claif-cache", name_of(context.cache));
  if (!context.persisted) out.emplace_back("x-claif-persisted", "false");
  if (!warnings.empty()) {
    std::string joined;
    for (const std::string& warning : warnings)
      (joined += joined.empty() ? "" : ",") += escape_controls(warning);  // a key may hold any
    out.emplace_back("x-claif-warnings", std::move(joined));
  }
}

}  // namespace

Result<void> read_head(const Exchange& exchange, pipeline::RunContext& context) {
  const Request& request = exchange.request();
  context.number = exchange.number();
  context.tenant = tenant_of(request);
  context.key = wire::KeyOwner::gateway;  // the client's own key stays here
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

Headers answer_headers(const pipeline::RunContext& context,
                       Dialect dialect,
                       int64_t now_ms,
                       const Warnings& warnings) {
  Headers out;
  append_request_id(out, id_of(context));
  append_own(out, context, warnings);
  if (dialect == Dialect::openai) {
    for (auto& header : wire::limit_headers(context.head, now_ms))
      out.push_back(std::move(header));
    return out;
  }
  for (const auto& [name, value] : context.head.headers)
    if (name != "content-type" && name != "request-id") out.emplace_back(name, value);
  return out;
}

Response refusal(const pipeline::RunContext& context,
                 const Error& error,
                 Dialect dialect,
                 const Warnings& warnings) {
  Response out = error_response(error, dialect, id_of(context));
  append_own(out.headers, context, warnings);
  return out;
}

AnswerSink::~AnswerSink() {
  if (heartbeat_ != 0) loop_.cancel(heartbeat_);
}

void AnswerSink::start(const pipeline::RunContext& context) {
  context_ = &context;
  if (!context.request.stream) return;
  streaming_ = true;
  Headers streaming = headers();
  streaming.emplace_back("cache-control", "no-cache");
  exchange_.begin_stream(200, "text/event-stream; charset=utf-8", streaming);
  beat();
}

Task<bool> AnswerSink::flush() {
  if (!streaming_) co_return true;
  auto flushing = exchange_.flush();
  co_return co_await std::move(flushing);
}

void AnswerSink::send(std::string_view frames) {
  exchange_.append(frames);
  quiet_ = false;
}

void AnswerSink::send_last(std::string_view frames) {
  exchange_.append(frames);
  exchange_.abandon_keep_alive();
}

void AnswerSink::set_body(std::string body) {
  response_.headers = headers();
  response_.body = std::move(body);
}

// So that proxies and clients keep a quiet stream open.
void AnswerSink::beat() {
  heartbeat_ = loop_.after(kHeartbeat, [this] {
    if (std::exchange(quiet_, true)) {
      exchange_.append(heartbeat());
      exchange_.flush_now();
    }
    beat();
  });
}

Task<void> answer(RouteContext& route,
                  Exchange& exchange,
                  pipeline::RunContext& context,
                  AnswerSink& sink) {
  exchange.on_disconnect([&context] { context.cancellation.request(); });
  auto running = route.pipeline.run(context, sink);
  Result<void> outcome = co_await std::move(running);
  exchange.on_disconnect(nullptr);
  if (sink.streaming()) {
    auto ending = exchange.end_stream();
    co_await std::move(ending);
    co_return;
  }
  Response response = outcome ? std::move(sink.response()) : sink.refusal(context, outcome.error());
  auto answering = exchange.respond(std::move(response));
  co_await std::move(answering);
}

}  // namespace claif::gateway

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
  const std::string_view key = presented_key(request);
  return key.empty() ? std::string() : hex(sha256(key)).substr(0, 32);
}

std::string id_of(const pipeline::RunContext& context) {
  const std::string_view upstream = context.head.header("request-id");
  return upstream.empty() ? request_id(context.number) : std::string(upstream);
}

}  // namespace

Result<void> read_extensions(const Exchange& exchange, pipeline::RunContext& context) {
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

Headers AnswerSink::upstream_headers(const pipeline::RunContext& context) const {
  Headers out;
  append_request_id(out, id_of(context));
  if (exchange_.dialect() == Dialect::openai) {
    for (auto& header : wire::limit_headers(context.head, loop_.clock().wall_ms()))
      out.push_back(std::move(header));
    return out;
  }
  for (const auto& [name, value] : context.head.headers)
    if (name != "content-type" && name != "request-id") out.emplace_back(name, value);
  return out;
}

Response AnswerSink::refusal(const pipeline::RunContext& context, Error error) {
  return error_response(in_dialect(std::move(error)), exchange_.dialect(), id_of(context));
}

void AnswerSink::append_own(Headers& out,
                            const pipeline::RunContext& context,
                            bool persisted) const {
  if (context.cache != pipeline::CacheState::off)
    out.emplace_back("x-claif-cache", name_of(context.cache));
  if (!persisted) out.emplace_back("x-claif-persisted", "false");
  if (warnings_.empty()) return;
  std::string joined;
  for (const std::string& warning : warnings_)
    (joined += joined.empty() ? "" : ",") += escape_controls(warning);  // a key may hold any
  out.emplace_back("x-claif-warnings", std::move(joined));
}

AnswerSink::~AnswerSink() {
  if (heartbeat_ != 0) loop_.cancel(heartbeat_);
}

Task<void> AnswerSink::run(pipeline::Pipeline& pipeline, pipeline::RunContext& context) {
  exchange_.on_disconnect([&context] { context.cancellation.request(); });
  auto running = pipeline.run(context, *this);
  Result<void> outcome = co_await std::move(running);
  exchange_.on_disconnect(nullptr);
  if (streaming_) {
    auto ending = exchange_.end_stream();
    co_await std::move(ending);
    co_return;
  }
  Response response;
  if (outcome) {
    response.headers = upstream_headers(context);
    response.body = std::move(body_);
  } else {
    response = refusal(context, std::move(outcome.error()));
  }
  append_own(response.headers, context, context.persisted && persisted_);
  auto answering = exchange_.respond(std::move(response));
  co_await std::move(answering);
}

void AnswerSink::start(const pipeline::RunContext& context) {
  context_ = &context;
  if (!context.request.stream) return;
  streaming_ = true;
  Headers headers = upstream_headers(context);
  append_own(headers, context, true);
  headers.emplace_back("cache-control", "no-cache");
  exchange_.begin_stream(200, "text/event-stream; charset=utf-8", headers);
  beat();
}

void AnswerSink::write(const wire::Event& event) {
  if (std::holds_alternative<wire::MessageStop>(event.body) && !context_->persisted)
    tell_unpersisted();
  encode(event, exchange_.stream());
  quiet_ = false;
}

void AnswerSink::fail(const Error& error) {
  encode(error, exchange_.stream());
  exchange_.abandon_keep_alive();
}

Task<bool> AnswerSink::flush() {
  if (std::exchange(settling_, false)) {
    auto settled = settle();
    co_await std::move(settled);
  }
  if (!streaming_) co_return true;
  auto flushing = exchange_.flush();
  co_return co_await std::move(flushing);
}

void AnswerSink::tell_unpersisted() {
  persisted_ = false;
  if (streaming_) exchange_.stream() += ": claif.persisted:false\n\n";
}

void AnswerSink::beat() {
  heartbeat_ = loop_.after(kHeartbeat, [this] {
    if (std::exchange(quiet_, true)) {
      exchange_.stream() += heartbeat();
      exchange_.flush_now();
    }
    beat();
  });
}

}  // namespace claif::gateway

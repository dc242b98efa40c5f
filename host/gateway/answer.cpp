#include "gateway/answer.hpp"

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "wire/rate_limit.hpp"

#include <charconv>
#include <chrono>
#include <utility>

namespace claif::gateway {
namespace {

constexpr Millis kHeartbeat{15'000};

std::string_view name_of(pipeline::CacheState state) {
  switch (state) {
    case pipeline::CacheState::hit:
      return "HIT";
    case pipeline::CacheState::stale:
      return "STALE";
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

Result<void> read_cache_wish(const Request& request, pipeline::RunContext& context) {
  cache::Wish& wish = context.cache_wish;
  const std::string_view mode = request.header("x-claif-cache");
  if (mode == "on")
    wish.mode = cache::Mode::on;
  else if (mode == "off")
    wish.mode = cache::Mode::off;
  else if (!mode.empty())
    return fail(Errc::invalid_request, "x-claif-cache must be on or off");
  if (const std::string_view ttl = request.header("x-claif-cache-ttl"); !ttl.empty()) {
    int64_t seconds = 0;
    const auto [end, error] = std::from_chars(ttl.data(), ttl.data() + ttl.size(), seconds);
    if (error != std::errc() || end != ttl.data() + ttl.size() || seconds < 1 ||
        std::chrono::seconds(seconds) > cache::kMaxTtl)
      return fail(Errc::invalid_request, "x-claif-cache-ttl must be seconds, from 1 to 2592000");
    wish.ttl = std::chrono::seconds(seconds);
  }
  const std::string_view scope = request.header("x-claif-cache-scope");
  if (scope == "session")
    wish.scope = cache::Scope::session;
  else if (scope == "shared")
    wish.scope = cache::Scope::shared;
  else if (!scope.empty() && scope != "tenant")
    return fail(Errc::invalid_request, "x-claif-cache-scope must be tenant, session or shared");
  return {};
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
  return read_cache_wish(request, context);
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
  if (pipeline::is_from_cache(context.cache))
    out.emplace_back("age", std::to_string(context.age_ms / 1000));  // RFC 9111 section 5.1
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

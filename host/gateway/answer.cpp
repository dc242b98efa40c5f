#include "gateway/answer.hpp"

#include "base/ids.hpp"
#include "base/log.hpp"

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

// The headers of an answer, good or bad.
Headers answer_headers(const pipeline::RunContext& context,
                       bool persisted,
                       const std::vector<std::string>& warnings) {
  Headers out;
  const std::string_view upstream_id = context.head.header("request-id");
  out.emplace_back("x-request-id", upstream_id.empty() ? "claif-" + std::to_string(context.number)
                                                       : std::string(upstream_id));
  if (context.cache != pipeline::CacheState::off)
    out.emplace_back("x-claif-cache", name_of(context.cache));
  if (!persisted) out.emplace_back("x-claif-persisted", "false");
  if (!warnings.empty()) {
    std::string joined;
    for (const std::string& warning : warnings)
      (joined += joined.empty() ? "" : ",") += escape_controls(warning);  // a key may hold any
    out.emplace_back("x-claif-warnings", std::move(joined));
  }
  return out;
}

}  // namespace

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
  if (outcome)
    response.body = std::move(body_);
  else
    response = error_response(in_dialect(std::move(outcome.error())));
  for (auto& header : answer_headers(context, context.persisted && persisted_, warnings_))
    response.headers.push_back(std::move(header));
  auto answering = exchange_.respond(std::move(response));
  co_await std::move(answering);
}

void AnswerSink::start(const pipeline::RunContext& context) {
  context_ = &context;
  if (!context.request.stream) return;
  streaming_ = true;
  Headers headers = answer_headers(context, true, warnings_);
  headers.emplace_back("cache-control", "no-cache");
  exchange_.begin_stream(200, "text/event-stream; charset=utf-8", headers);
  beat();
}

void AnswerSink::write(const wire::Event& event) {
  frames_.clear();
  encode(event, frames_);
  if (std::holds_alternative<wire::MessageStop>(event.body) && !context_->persisted)
    tell_unpersisted();
  exchange_.append(frames_);
  quiet_ = false;
}

void AnswerSink::fail(const Error& error) {
  frames_.clear();
  encode(error, frames_);
  exchange_.append(frames_);
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
  if (streaming_) exchange_.append(": claif.persisted:false\n\n");
}

// A comment line when nothing else was sent, so that proxies and clients keep the stream open
// (S10).
void AnswerSink::beat() {
  heartbeat_ = loop_.after(kHeartbeat, [this] {
    if (std::exchange(quiet_, true)) {
      exchange_.append(": ping\n\n");
      exchange_.flush_now();
    }
    beat();
  });
}

}  // namespace claif::gateway

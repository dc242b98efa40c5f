// The order of things. Read this file to know what happens to a request; the numbers are those of
// architecture.md section 3.
#include "base/ids.hpp"
#include "base/json.hpp"
#include "pipeline/pipeline.hpp"
#include "wire/anthropic_error.hpp"
#include "wire/openai_error.hpp"
#include "wire/usage.hpp"

namespace claif::pipeline {

Pipeline::Pipeline(Loop& loop,
                   BlockingPool& pool,
                   Places places,
                   bus::ObserverQueue& observers,
                   Log& log,
                   const Settings& settings)
    : loop_(loop),
      pool_(pool),
      places_(std::move(places)),
      observers_(observers),
      log_(log),
      settings_(settings),
      ops_(loop),
      hooks_(places_.hooks, ops_, pool_, settings.hook_timeout),
      approver_(site(*places_.approval), settings.approval_timeout) {}

Task<Result<void>> Pipeline::run(RunContext& context, EventSink& sink) {
  if (context.number == 0) context.number = next_number();
  context.began = loop_.clock().now();
  observe(CLAIF_EV_REQUEST, context, context.route, 0, context.request.model);
  auto working = stages(context, sink);
  Result<void> outcome = co_await std::move(working);
  if (!outcome && context.started) {
    sink.fail(outcome.error());
    auto flushing = sink.flush();
    const bool client_there = co_await std::move(flushing);
    static_cast<void>(client_there);
  }
  auto ending = after(context, outcome);
  co_await std::move(ending);
  co_return outcome;
}

Task<Result<void>> Pipeline::stages(RunContext& context, EventSink& sink) {
  auto filtering = filter_request(context);  // 1  hooks edit, or answer at once
  auto filtered = co_await std::move(filtering);
  if (!filtered) co_return fail(std::move(filtered.error()));

  auto loading = load_history(context);  // 2  session; 3 the request is frozen
  auto loaded = co_await std::move(loading);
  if (!loaded) co_return fail(std::move(loaded.error()));

  if (context.counts_tokens) {  // there is nothing to keep or to decide about
    if (*filtered)
      co_return fail(Errc::unsupported, "a hook answers this request itself: it has no count");
    auto counting = ask(context, sink);
    co_return co_await std::move(counting);
  }

  if (context.dry_run) {
    if (*filtered)
      co_return fail(Errc::unsupported,
                     "a hook answers this request itself: nothing would be sent to Claude");
    auto previewing = preview(context);
    co_return co_await std::move(previewing);
  }

  if (*filtered) {
    auto delivering =
        deliver(context, sink, std::move(**filtered), false);  // 1  the answer of a hook
    co_return co_await std::move(delivering);
  }

  auto looking = look_up(context);  // 5  cache
  auto cached = co_await std::move(looking);
  if (cached) {
    auto delivering = deliver_cached(context, sink, std::move(cached->message));
    co_return co_await std::move(delivering);
  }

  auto asking = ask_or_use_stale(context, sink);  // 6  upstream, with retries; inside
  co_return co_await std::move(asking);           // it 7 approval, 8 event hooks, 9 the
}  // client, 10 session and cache

int status_of(const RunContext& context, const Error& error) {
  if (!context.native || !context.upstream_error) return wire::http_status(error);
  // An error event that came instead of a message has no status of its own.
  return context.head.status >= 400 ? context.head.status
                                    : wire::status_of_error_json(*context.upstream_error);
}

Task<void> Pipeline::after(RunContext& context, const Result<void>& outcome) {
  context.conversation.reset();
  const bool cancelled =
      context.cancellation.requested() || (!outcome && outcome.error().code == Errc::cancelled);
  const std::string status =
      cancelled ? "cancelled" : std::to_string(outcome ? 200 : status_of(context, outcome.error()));
  if (context.hooks_entered != 0 && hooks_.has_response_hooks()) {
    json::Writer summary;
    summary.object().key("status").string(status).key("usage");
    wire::write_anthropic_usage(summary, context.usage);
    summary.end_object();
    auto telling = hooks_.on_response(facts(context), summary.view(), context.hooks_entered);
    co_await std::move(telling);
  }
  const std::string_view model = context.request.model;
  if (context.usage.input) observe(CLAIF_EV_USAGE, context, "input", *context.usage.input, model);
  if (context.usage.output)
    observe(CLAIF_EV_USAGE, context, "output", *context.usage.output, model);
  if (context.usage.cache_read.value_or(0) != 0)
    observe(CLAIF_EV_USAGE, context, "cache_read", *context.usage.cache_read, model);
  if (context.usage.cache_creation.value_or(0) != 0)
    observe(CLAIF_EV_USAGE, context, "cache_write", *context.usage.cache_creation, model);
  observe(CLAIF_EV_RESPONSE, context, status, (loop_.clock().now() - context.began).count(), model);
}

void Pipeline::start_answer(RunContext& context, EventSink& sink) {
  if (std::exchange(context.started, true)) return;
  sink.start(context);
  observe(CLAIF_EV_FIRST_BYTE, context, context.route,
          (loop_.clock().now() - context.began).count(), context.request.model);
}

void Pipeline::observe(uint32_t kind,
                       const RunContext& context,
                       std::string_view name,
                       int64_t value,
                       std::string_view body) {
  if (context.dry_run) return;  // nothing happens
  observers_.publish({kind, context.number, value, context.session, name, body});
}

bus::HookFacts Pipeline::facts(const RunContext& context) const {
  return {context.number, context.session, context.tenant, context.request.model};
}

}  // namespace claif::pipeline

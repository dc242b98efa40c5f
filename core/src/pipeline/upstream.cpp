// Attempts to get an answer from Claude: retried before the first byte, cancelled with the client.
#include "pipeline/outgoing.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/retry.hpp"
#include "pipeline/source.hpp"
#include "plugin/status.hpp"

namespace claif::pipeline {
namespace {

Error cancelled() {
  Error error;
  error.code = Errc::cancelled;
  error.message = "the client cancelled the request";
  return error;
}

}  // namespace

Task<Result<void>> Pipeline::ask(RunContext& context, EventSink& sink) {
  for (unsigned failed = 0;;) {
    if (context.cancellation.requested()) co_return fail(cancelled());
    auto trying = attempt(context, sink);
    Result<void> outcome = co_await std::move(trying);
    if (outcome || context.started) co_return outcome;
    if (context.cancellation.requested()) co_return fail(cancelled());
    const auto delay =
        retry_delay(outcome.error(), context.head, ++failed, settings_.retries, settings_.random());
    if (!delay) co_return outcome;
    log_.info("attempt " + std::to_string(failed) + " failed (" + outcome.error().message +
              "), next in " + std::to_string(delay->count()) + " ms");
    observe(CLAIF_EV_RETRY, context, outcome.error().reason, delay->count(), context.request.model);
    Arrival<bool> pause(loop_);
    const TimerId timer = loop_.after(*delay, [&pause] { pause.set(true); });
    context.cancellation.listen([&pause] { pause.set(false); });
    const bool waited = co_await pause;
    context.cancellation.listen(nullptr);
    if (!waited) loop_.cancel(timer);
  }
}

Task<Result<void>> Pipeline::attempt(RunContext& context, EventSink& sink) {
  context.head = {};
  context.calls_out_of_order = false;
  context.upstream_error.reset();
  const Outgoing outgoing(context);
  Relay relay_state;
  relay_state.to_client = context.request.stream;
  if (context.native) relay_state.gate = approval::StreamGate(approval::GateMode::in_order);
  if (outgoing.collects() || !context.session.empty() || caches(context))
    relay_state.assembler.emplace();
  Source source(site(*places_.transport), settings_.request_timeout);
  while (caches(context) &&
         !source.share(places_.flights, context.cache_key, context.cache_ticket, outgoing.raw())) {
    auto finding = find_cached(context);
    auto cached = co_await std::move(finding);
    if (!cached) continue;
    auto delivering = deliver_cached(context, sink, std::move(cached->message));
    co_return co_await std::move(delivering);
  }
  if (!caches(context)) source.start(outgoing.raw());
  context.flight = source.flight();
  context.cancellation.listen([&source] { source.cancel(); });
  std::string error_body, message;
  Result<void> outcome;
  plugin::Batch batch;
  while (outcome && !relay_state.stopped) {
    const bool more = co_await source.next(batch);
    if (!more) break;
    if (const auto& last = batch.items().back(); last.kind == CLAIF_EMIT_ERROR_BODY)
      error_body = batch.bytes(last);
    else if (last.kind == CLAIF_EMIT_MESSAGE)
      message = batch.bytes(last);
    auto relaying = relay(context, sink, relay_state, batch);
    outcome = co_await std::move(relaying);
  }
  // Only then did the transport end; else it is left in the middle.
  const bool ended = outcome && !relay_state.stopped;
  // What a transport says of an answer that was cut off (transport.h).
  const bool cut =
      ended && source.result().status == CLAIF_E_INTERNAL && relay_state.order.started();
  if (ended && relay_state.order.may_end() &&
      (source.result().status == CLAIF_OK || cut)) {  // S12: only message_stop is missing
    auto ending = relay_event(context, sink, relay_state, R"({"type":"message_stop"})");
    outcome = co_await std::move(ending);
  }
  context.cancellation.listen(nullptr);
  if (!outcome) co_return outcome;
  if (relay_state.stopped) {
    auto finishing = finish_stream(context, sink, relay_state);
    co_return co_await std::move(finishing);
  }
  const bool own_key = context.key == wire::KeyOwner::gateway;
  if (context.head.status >= 400) {
    Error error =
        wire::from_upstream(context.head, error_body, {loop_.clock().wall_ms(), context.key});
    context.upstream_error = std::move(error_body);
    co_return fail(std::move(error));
  }
  if (cut) co_return fail(wire::stream_truncated());
  if (source.result().status != CLAIF_OK) {
    Error error = plugin::error_of(source.result(), "the request to Claude");
    co_return fail(own_key ? wire::without_key_blame(std::move(error)) : std::move(error));
  }
  if (context.counts_tokens) {
    auto counting = deliver_count(context, sink, std::move(message));
    co_return co_await std::move(counting);
  }
  if (message.empty()) co_return fail(wire::stream_truncated());
  auto delivering = deliver(context, sink, std::move(message), true);
  co_return co_await std::move(delivering);
}

}  // namespace claif::pipeline

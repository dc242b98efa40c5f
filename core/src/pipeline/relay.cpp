// Stream events on their way from the transport to the client: approval holds tool calls back,
// hooks edit.
#include "pipeline/pipeline.hpp"

namespace claif::pipeline {
namespace {

constexpr size_t kMostEarlyEvents = 64;

// Of an event that is not part of the message: whether a client that gets the events themselves may
// see it. What looks like a call, or like a part of one, never passes the gate by.
bool may_be_seen(const wire::Event& event) {
  return std::holds_alternative<wire::Other>(event.body) ||
         std::holds_alternative<wire::TextDelta>(event.body) ||
         std::holds_alternative<wire::ThinkingDelta>(event.body) ||
         std::holds_alternative<wire::SignatureDelta>(event.body) ||
         std::holds_alternative<wire::CitationsDelta>(event.body);
}

}  // namespace

Task<Result<void>> Pipeline::relay(RunContext& context,
                                   EventSink& sink,
                                   Relay& state,
                                   const plugin::Batch& batch) {
  const bool edits = hooks_.has_event_hooks();
  for (const auto& item : batch.items()) {
    if (item.kind == CLAIF_EMIT_HEAD) context.head = wire::parse_head(batch.bytes(item));
    if (item.kind != CLAIF_EMIT_EVENT || state.stopped) continue;
    if (!edits && !state.gate.holds_calls()) {  // nothing to wait for: most events
      auto taken = take_event(context, sink, state, batch.bytes(item));
      if (!taken) co_return taken;
      continue;
    }
    auto relaying = relay_event(context, sink, state, batch.bytes(item));
    auto relayed = co_await std::move(relaying);
    if (!relayed) co_return relayed;
  }
  if (!context.started || !state.to_client) co_return Result<void>();
  auto flushing = sink.flush();
  const bool client_there = co_await std::move(flushing);
  if (!client_there) context.cancellation.request();
  co_return Result<void>();
}

Task<Result<void>> Pipeline::relay_event(RunContext& context,
                                         EventSink& sink,
                                         Relay& state,
                                         std::string_view json) {
  std::string edited;
  if (hooks_.has_event_hooks()) {
    auto running = hooks_.on_event(facts(context), json);
    auto outcome = co_await std::move(running);
    if (!outcome) co_return fail(std::move(outcome.error()));
    if (outcome->body && outcome->body->empty()) co_return Result<void>();
    if (outcome->body) {
      edited = std::move(*outcome->body);
      json = edited;
    }
  }
  auto taken = take_event(context, sink, state, json);
  if (!taken || !state.stopped || !state.gate.holds_calls()) co_return taken;
  auto deciding = decide_calls(context, sink, state);
  co_return co_await std::move(deciding);
}

// All that needs no waiting: it is no task, since a stream has many events.
Result<void> Pipeline::take_event(RunContext& context,
                                  EventSink& sink,
                                  Relay& state,
                                  std::string_view json) {
  CLAIF_TRY(const wire::Event event, state.parser.parse(json));
  if (const auto* error = std::get_if<wire::StreamError>(&event.body)) {
    context.upstream_error.emplace(json);
    Error failure = wire::from_stream_error(*error);
    return fail(context.key == wire::KeyOwner::gateway ? wire::without_key_blame(std::move(failure))
                                                       : std::move(failure));
  }
  CLAIF_TRY(const bool admitted, state.order.admit(event));
  if (!admitted) {
    context.calls_out_of_order |= approval::belongs_to_a_call(event);
    const bool seen = context.native && state.to_client && may_be_seen(event);
    return seen ? show(context, sink, state, event) : Result<void>();
  }
  if (std::holds_alternative<wire::MessageStop>(event.body)) {
    state.stopped = true;
    state.stop_json = event.json;
  }
  if (state.to_client) {  // else approval comes with the whole message
    CLAIF_TRY(const bool held, state.gate.hold(event));
    if (held || state.stopped) return {};
  }
  pass(context, sink, state, event);
  return {};
}

Task<Result<void>> Pipeline::decide_calls(RunContext& context, EventSink& sink, Relay& state) {
  const auto offered = wire::offered_tools(context.request);
  const bool disorder = context.calls_out_of_order || !state.gate.is_complete();
  auto ruling = approver_.rule(context.session, state.gate.calls(), offered, disorder);
  const auto rulings = co_await std::move(ruling);
  context.tools_decided = true;
  for (size_t i = 0; i < rulings.size(); ++i) {
    const approval::Call& call = state.gate.calls()[i];
    observe(CLAIF_EV_TOOL, context, call.name, rulings[i].allowed ? CLAIF_ALLOW : CLAIF_DENY,
            rulings[i].reason);
    if (!rulings[i].allowed) context.denied.push_back({call.id, call.name, rulings[i].reason});
  }
  for (const auto& released : state.gate.release(rulings)) {
    const auto parsed = state.released_parser.parse(released.json);
    if (!parsed) co_return fail(parsed.error());
    if (released.counts)
      pass(context, sink, state, *parsed);
    else
      sink.write(*parsed);
  }
  co_return Result<void>();
}

void Pipeline::pass(RunContext& context, EventSink& sink, Relay& state, const wire::Event& event) {
  if (const auto* start = std::get_if<wire::MessageStart>(&event.body))
    context.usage.overwrite(start->usage);
  if (const auto* change = std::get_if<wire::MessageDelta>(&event.body))
    context.usage.overwrite(change->usage);
  if (state.assembler) state.assembler->add(event);
  if (observers_.wants(CLAIF_EV_STREAM))
    observe(CLAIF_EV_STREAM, context, wire::type_name(event.body),
            static_cast<int64_t>(event.json.size()), event.json);
  if (!state.to_client) return;
  start_answer(context, sink);
  for (const std::string& early : state.early)
    if (const auto parsed = state.early_parser.parse(early)) sink.write(*parsed);
  state.early.clear();
  sink.write(event);
}

Result<void> Pipeline::show(RunContext& context,
                            EventSink& sink,
                            Relay& state,
                            const wire::Event& event) {
  CLAIF_TRY(const bool held, state.gate.hold(event, false));
  if (held) return {};
  if (context.started) {
    sink.write(event);
  } else if (state.early.size() < kMostEarlyEvents) {
    state.early.emplace_back(event.json);
  }
  return {};
}

}  // namespace claif::pipeline

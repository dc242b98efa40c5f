// Whole answers: approved, stored, handed over.
#include "base/json.hpp"
#include "pipeline/pipeline.hpp"
#include "wire/amend.hpp"

namespace claif::pipeline {

Task<bool> Pipeline::approve(RunContext& context, wire::Message& message) {
  std::vector<approval::Call> calls;
  for (const wire::Block& block : message.blocks)
    if (block.kind == wire::BlockKind::tool_use)
      calls.push_back({std::string(block.id), std::string(block.name), block.input});
  if (calls.empty()) co_return false;
  const auto offered = wire::offered_tools(context.request);
  auto ruling = approver_.rule(context.session, calls, offered, context.calls_out_of_order);
  const auto rulings = co_await std::move(ruling);
  context.tools_decided = true;
  size_t i = 0;
  bool any_allowed = false, any_denied = false;
  for (wire::Block& block : message.blocks) {
    if (block.kind != wire::BlockKind::tool_use) continue;
    const approval::Ruling& r = rulings[i];
    observe(CLAIF_EV_TOOL, context, calls[i].name, r.allowed ? CLAIF_ALLOW : CLAIF_DENY, r.reason);
    any_allowed |= r.allowed;
    any_denied |= !r.allowed;
    if (!r.allowed) {
      block = message.text_block(approval::refusal_text(calls[i].name, r.reason));
      context.denied.push_back({calls[i].id, calls[i].name, r.reason});
    }
    ++i;
  }
  if (!any_allowed && message.stop_reason == "tool_use") message.stop_reason = "end_turn";
  co_return any_denied;
}

Task<Result<void>> Pipeline::deliver(RunContext& context,
                                     EventSink& sink,
                                     std::string message_json,
                                     bool fresh) {
  // The original text is kept only for those who store it or pass it on.
  const bool stores = !context.session.empty() || (fresh && caches(context));
  const std::string original = stores || context.native ? message_json : std::string();
  auto message = wire::Message::parse(std::move(message_json));
  if (!message) co_return fail(std::move(message.error()));
  context.usage.overwrite(message->usage);
  auto approving = approve(context, *message);
  const bool altered = co_await std::move(approving);
  const std::string answer =
      altered && !original.empty() ? wire::amend(original, *message) : original;
  if (stores) {
    auto storing = store_turn(context, answer);
    co_await std::move(storing);
    if (fresh) {
      auto keeping = keep(context, *message, original);
      co_await std::move(keeping);
    }
  }
  start_answer(context, sink);
  if (!context.request.stream && context.native) {
    sink.raw(answer);
  } else if (!context.request.stream) {
    sink.message(*message);
  } else {
    wire::EventParser parser;
    wire::expand(*message, [&](std::string_view json) {
      if (const auto event = parser.parse(json)) sink.write(*event);
    });
  }
  auto flushing = sink.flush();
  const bool client_there = co_await std::move(flushing);
  if (!client_there) context.cancellation.request();
  co_return Result<void>();
}

Task<Result<void>> Pipeline::deliver_count(RunContext& context, EventSink& sink, std::string json) {
  const auto doc = json::parse(json);
  if (!doc || json::integer_or(doc->root(), "input_tokens", -1) < 0)
    co_return fail(Errc::unsupported, "the configured transport does not count tokens");
  start_answer(context, sink);
  sink.raw(json);
  auto flushing = sink.flush();
  const bool client_there = co_await std::move(flushing);
  if (!client_there) context.cancellation.request();
  co_return Result<void>();
}

Task<Result<void>> Pipeline::finish_stream(RunContext& context, EventSink& sink, Relay& state) {
  if (!state.to_client) {
    auto delivering = deliver(context, sink, state.assembler->to_json(), true);
    co_return co_await std::move(delivering);
  }
  if (state.assembler) {  // durable before the client hears that the answer is complete
    std::string json = state.assembler->to_json();
    auto storing = store_turn(context, json);
    co_await std::move(storing);
    const auto message = wire::Message::parse(json);
    if (message) {
      auto keeping = keep(context, *message, json);
      co_await std::move(keeping);
    }
  }
  const auto stop = state.parser.parse(state.stop_json);
  start_answer(context, sink);
  sink.write(*stop);
  auto flushing = sink.flush();
  const bool client_there = co_await std::move(flushing);
  if (!client_there) context.cancellation.request();
  co_return Result<void>();
}

}  // namespace claif::pipeline

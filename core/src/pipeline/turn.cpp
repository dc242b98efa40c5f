// The request's side of a turn: hooks that edit it, the conversation that goes before it, the
// record after it.
#include "base/json.hpp"
#include "pipeline/pipeline.hpp"
#include "session/record.hpp"
#include "wire/body.hpp"
#include "wire/locate.hpp"

namespace claif::pipeline {
namespace {

// The session's system prompt, where the request has none of its own.
Result<void> with_system(wire::MessagesRequest& request, const std::string& system) {
  CLAIF_TRY(const auto body, json::parse(request.body));
  if (json::find(body.root(), "system") != nullptr) return {};
  CLAIF_TRY(const auto extra, json::parse(R"({"system":)" + json::quote(system) + "}"));
  return wire::merge_into(request, extra.root(), "system");
}

}  // namespace

Task<Result<std::optional<std::string>>> Pipeline::filter_request(RunContext& context) {
  if (!places_.hooks.empty()) {
    auto running = hooks_.on_request(facts(context), context.request.body, context.hooks_entered);
    auto outcome = co_await std::move(running);
    if (!outcome) co_return fail(std::move(outcome.error()));
    if (outcome->body) {
      auto replaced = wire::adopt_body(context.request, std::move(*outcome->body));
      if (!replaced) co_return fail(std::move(replaced.error()));
    }
    co_return std::move(outcome->answer);
  }
  co_return std::optional<std::string>();
}

Task<Result<void>> Pipeline::load_history(RunContext& context) {
  if (context.session.empty()) co_return Result<void>();
  if (places_.store == nullptr || places_.sessions == nullptr)
    co_return fail(Errc::configuration,
                   "a session is named, but no session store is configured: set sessions.use");
  wire::MessagesRequest& request = context.request;
  context.own_messages =
      request.body.substr(request.messages_begin, request.messages_end - request.messages_begin);
  auto conversing = places_.sessions->converse(caller(context), context.session);
  auto conversation = co_await std::move(conversing);
  if (!conversation) co_return fail(std::move(conversation.error()));
  context.conversation.emplace(std::move(*conversation));
  if (!context.conversation->system().empty()) {
    auto completed = with_system(request, context.conversation->system());
    if (!completed) co_return fail(std::move(completed.error()));
  }
  if (context.conversation->history().empty()) co_return Result<void>();
  request.body.insert(request.messages_begin, context.conversation->history() + ",");
  request.messages_end += context.conversation->history().size() + 1;
  co_return Result<void>();
}

session::Caller Pipeline::caller(const RunContext& context) {
  return {site(*places_.store), session::owner_mark(context.tenant)};
}

Task<void> Pipeline::store_turn(RunContext& context, std::string answer_json) {
  if (!context.conversation) co_return;
  auto turn = session::make_turn({}, context.own_messages, answer_json, loop_.clock().wall_ms());
  Result<uint64_t> stored = turn ? Result<uint64_t>(0) : Result<uint64_t>(fail(turn.error()));
  if (turn) {
    auto adding =
        places_.sessions->add_turn(caller(context), *context.conversation, std::move(*turn));
    stored = co_await std::move(adding);
  }
  context.persisted = stored.has_value();
  context.conversation.reset();  // the next request of the session may begin
  if (stored) {
    observe(CLAIF_EV_SESSION, context, "stored", static_cast<int64_t>(*stored));
  } else {
    log_.error("the session '" + context.session +
               "' could not be stored: " + stored.error().message);
    observe(CLAIF_EV_SESSION, context, "failed", 0, stored.error().message);
  }
}

}  // namespace claif::pipeline

// The request's side of a turn: hooks that edit it, the conversation that goes before it, the
// record after it.
#include "pipeline/pipeline.hpp"
#include "plugin/store_proxy.hpp"
#include "session/record.hpp"
#include "wire/locate.hpp"

namespace claif::pipeline {

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
  if (places_.store == nullptr)
    co_return fail(Errc::configuration,
                   "a session is named, but no session store is configured: set sessions.use");
  wire::MessagesRequest& request = context.request;
  context.own_messages =
      request.body.substr(request.messages_begin, request.messages_end - request.messages_begin);
  auto loading = plugin::store_load(site(*places_.store), context.session, settings_.store_timeout);
  auto records = co_await std::move(loading);
  if (!records && records.error().code == Errc::not_found)
    co_return Result<void>();  // its first turn
  if (!records) co_return fail(std::move(records.error()));
  context.session_records = records->size();
  auto before = session::history(*records);
  if (!before) co_return fail(std::move(before.error()));
  if (before->empty()) co_return Result<void>();
  *before += ',';
  request.body.insert(request.messages_begin, *before);
  request.messages_end += before->size();
  co_return Result<void>();
}

Task<void> Pipeline::store_turn(RunContext& context, std::string answer_json) {
  if (context.session.empty()) co_return;
  auto record = session::encode_turn(context.own_messages, answer_json, loop_.clock().wall_ms());
  Result<uint64_t> stored = record ? Result<uint64_t>(0) : Result<uint64_t>(fail(record.error()));
  if (record) {
    auto appending =
        plugin::store_append(site(*places_.store), context.session, context.session_records,
                             std::move(*record), settings_.store_timeout);
    stored = co_await std::move(appending);
  }
  context.persisted = stored.has_value();
  if (stored) {
    observe(CLAIF_EV_SESSION, context, "stored", static_cast<int64_t>(*stored));
  } else {
    log_.error("the session '" + context.session +
               "' could not be stored: " + stored.error().message);
    observe(CLAIF_EV_SESSION, context, "failed", 0, stored.error().message);
  }
}

}  // namespace claif::pipeline

// The response cache: answers found there, and kept there.
#include "cache/key.hpp"
#include "pipeline/pipeline.hpp"
#include "plugin/cache_proxy.hpp"
#include "wire/amend.hpp"
#include "wire/openai_error.hpp"

namespace claif::pipeline {
namespace {

// Whose answers a request may get, as text that no other owner has.
std::string owner_of(const RunContext& context) {
  switch (context.cache_wish.scope) {
    case cache::Scope::session:
      return "session " + std::to_string(context.tenant.size()) + " " + context.tenant + " " +
             context.session;
    case cache::Scope::shared:
      return "shared";
    case cache::Scope::tenant:
      break;
  }
  return "tenant " + context.tenant;
}

// Whether a stale answer is better than this error: it is the upstream's, and not about the request
// or who makes it.
bool is_outage(const Error& error) {
  return error.code != Errc::internal && error.code != Errc::unsupported &&
         wire::http_status(error) >= 500;
}

}  // namespace

bool Pipeline::caches(const RunContext& context) const {
  return context.cache == CacheState::miss;
}

Task<std::optional<cache::Entry>> Pipeline::look_up(RunContext& context) {
  const cache::Policy& policy = settings_.cache;
  const bool by_default = places_.cache != nullptr && cache::wants(policy, context.route, {});
  context.cache = by_default ? CacheState::bypass : CacheState::off;
  if (places_.cache != nullptr && cache::wants(policy, context.route, context.cache_wish)) {
    std::string_view obstacle = cache::obstacle(policy, context.request.body);
    if (context.cache_wish.scope == cache::Scope::shared && !policy.shared)
      obstacle = "the configuration shares no answers between tenants";
    auto key = key_of(context);
    if (obstacle.empty() && !key) obstacle = key.error().message;
    if (obstacle.empty()) {
      context.cache = CacheState::miss;
      context.cache_key = std::move(*key);
    } else {
      context.cache = CacheState::bypass;
      log_.debug("the cache is passed by: " + std::string(obstacle));
    }
  }
  if (context.cache == CacheState::bypass)
    observe(CLAIF_EV_CACHE, context, "bypass", 0, context.request.model);
  if (context.cache != CacheState::miss) co_return std::nullopt;

  auto finding = find_cached(context);
  auto entry = co_await std::move(finding);
  observe(CLAIF_EV_CACHE, context, entry ? "hit" : "miss", 0, context.request.model);
  co_return entry;
}

Task<std::optional<cache::Entry>> Pipeline::find_cached(RunContext& context) {
  const cache::Policy& policy = settings_.cache;
  context.cache_ticket = places_.flights.ticket();
  auto getting =
      plugin::cache_get(site(*places_.cache), context.cache_key, settings_.cache_timeout);
  const auto envelope = co_await std::move(getting);
  if (!envelope) co_return std::nullopt;
  const int64_t now = loop_.clock().wall_ms();
  auto entry = cache::open(policy.sealing, *envelope, context.cache_key, context.cache_owner, now);
  if (!entry) {
    observe(CLAIF_EV_CACHE, context, "damaged", 0, context.request.model);
  } else if (entry->expires_ms > now) {
    context.cache = CacheState::hit;
    context.age_ms = now - entry->created_ms;
    co_return entry;
  } else if (now - entry->expires_ms < policy.stale_if_error.count()) {
    context.stale = std::move(entry);
  }
  co_return std::nullopt;
}

Result<std::string> Pipeline::key_of(RunContext& context) const {
  context.cache_owner = owner_of(context);
  const plugin::Pin transport(*places_.transport);
  cache::KeyFacts facts{context.cache_owner, {}};
  std::vector<std::string> identities;
  if (transport) identities.push_back(transport->identity());
  for (plugin::Slot* const hook : places_.hooks) {
    const plugin::Pin pin(*hook);
    identities.push_back(pin ? pin->identity() : std::string());
  }
  facts.chain.assign(identities.begin(), identities.end());
  return cache::key_of(facts, context.request);
}

Task<Result<void>> Pipeline::deliver_cached(RunContext& context,
                                            EventSink& sink,
                                            std::string message_json) {
  auto delivering = deliver(context, sink, wire::with_fresh_ids(message_json), false);
  co_return co_await std::move(delivering);
}

Task<Result<void>> Pipeline::ask_or_use_stale(RunContext& context, EventSink& sink) {
  auto asking = ask(context, sink);
  auto asked = co_await std::move(asking);
  if (asked || context.started || !context.stale || !is_outage(asked.error())) co_return asked;
  log_.info("an answer from the cache that is over stands in: " + asked.error().message);
  context.cache = CacheState::stale;
  context.age_ms = loop_.clock().wall_ms() - context.stale->created_ms;
  observe(CLAIF_EV_CACHE, context, "stale", 0, context.request.model);
  auto delivering = deliver_cached(context, sink, std::move(context.stale->message));
  co_return co_await std::move(delivering);
}

Task<void> Pipeline::keep(RunContext& context,
                          const wire::Message& message,
                          std::string_view json) {
  if (!caches(context)) co_return;
  const cache::Policy& policy = settings_.cache;
  // Of those who share an answer, one keeps it.
  const std::shared_ptr<cache::Flight> flight = context.flight;
  if (flight && !flight->claim()) co_return;
  // What approval refused is a matter of one request, and changed the answer.
  const bool complete = cache::keeps(policy, message) && context.denied.empty() &&
                        (!context.tools_decided || policy.tool_calls);
  bool kept = false;
  if (complete) {
    const Millis ttl =
        cache::spread(context.cache_wish.ttl.value_or(policy.ttl), settings_.random());
    const int64_t now = loop_.clock().wall_ms();
    auto envelope = cache::seal(policy.sealing, context.cache_key, context.cache_owner,
                                {std::string(json), now, now + ttl.count()});
    if (envelope) {
      auto putting =
          plugin::cache_put(site(*places_.cache), context.cache_key, std::move(*envelope),
                            ttl + policy.stale_if_error, settings_.cache_timeout);
      kept = co_await std::move(putting);
      if (kept) observe(CLAIF_EV_CACHE, context, "stored", 0, context.request.model);
    }
  }
  if (flight) flight->retire(kept);
}

}  // namespace claif::pipeline

// GET and DELETE /v1/responses/{response_id}, GET /v1/responses/{response_id}/input_items
#include "gateway/stored_responses.hpp"

#include "base/json.hpp"
#include "gateway/query.hpp"
#include "wire/draft.hpp"
#include "wire/responses_ids.hpp"
#include "wire/responses_kept.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

namespace claif::gateway {
namespace {

constexpr Millis kStoreTimeout{10'000};

// The response that the path names, for whoever asks.
struct Named {
  std::string id;
  std::optional<session::ResponseStore> store;
  size_t most_bytes;  // of a conversation that is read

  // Whatever the store says: there can be no such response.
  bool unknown() const { return !store || !wire::is_response_id(id); }
};

tl::unexpected<Error> absent() {
  return fail(Errc::not_found, "there is no such response");
}

// The query, when it has nothing but what is in `known`.
Result<Query> read_query(const Request& request, std::initializer_list<std::string_view> known) {
  Query query = parse_query(request.query);
  for (const auto& [name, value] : query)
    if (std::find(known.begin(), known.end(), name) == known.end())
      return wire::unsupported_parameter(name, "'" + name + "' is not supported here");
  return query;
}

// include[]=reasoning.encrypted_content; some clients leave the brackets out.
bool wants_encrypted(const Query& query) {
  return std::any_of(query.begin(), query.end(), [](const auto& pair) {
    return pair.first.starts_with("include") && pair.second == "reasoning.encrypted_content";
  });
}

Task<Result<std::string>> retrieve(Named& named, const Request& request) {
  auto query = read_query(request, {"include", "include[]", "include_obfuscation", "stream"});
  if (!query) co_return fail(std::move(query.error()));
  if (value_of(*query, "stream").value_or("false") != "false")
    co_return wire::unsupported_value("stream", "a response that is complete is not streamed");
  if (named.unknown()) co_return absent();
  auto finding = named.store->find(named.id);
  auto found = co_await std::move(finding);
  if (!found) co_return fail(std::move(found.error()));
  co_return wire::show_response(std::move(found->object), wants_encrypted(*query), true);
}

Task<Result<std::string>> erase(Named& named, const Request&) {
  if (named.unknown()) co_return absent();
  auto erasing = named.store->erase(named.id);
  auto erased = co_await std::move(erasing);
  if (!erased) co_return fail(std::move(erased.error()));
  json::Writer out;
  out.object().key("id").string(named.id).key("object").string("response");
  co_return out.key("deleted").boolean(true).end_object().take();
}

// Everything that the response was made from: the items of its request, and the conversation before
// them.
Result<std::string> items_before(const session::ResponseChain& chain) {
  std::string out;
  for (const session::ResponseRecord& response : chain.responses) {
    CLAIF_CHECK(append_input(response, out));
    if (&response == &chain.responses.back()) break;
    CLAIF_CHECK(append_output(response, out));
  }
  return out;
}

Task<Result<std::string>> list_items(Named& named, const Request& request) {
  auto query = read_query(request, {"limit", "order", "after", "include", "include[]"});
  if (!query) co_return fail(std::move(query.error()));
  if (named.unknown()) co_return absent();
  auto loading = named.store->chain(named.id, named.most_bytes);
  auto chain = co_await std::move(loading);
  if (!chain) co_return fail(std::move(chain.error()));
  if (chain->missing == named.id) co_return absent();
  auto items = items_before(*chain);
  if (!items) co_return fail(std::move(items.error()));
  const wire::ItemsQuery wish{value_of(*query, "limit"), value_of(*query, "order"),
                              value_of(*query, "after"), wants_encrypted(*query)};
  co_return wire::list_input_items(*items, wish);
}

using Action = Task<Result<std::string>> (*)(Named& named, const Request& request);

Task<void> answer(RouteContext& route, Exchange& exchange, Action action) {
  Named named{std::string(exchange.parameter("response_id")),
              stored_responses(route, exchange.request()), route.engine.config().gateway.max_body};
  auto acting = action(named, exchange.request());
  auto body = co_await std::move(acting);
  if (!body && body.error().code == Errc::not_found)
    body = Result<std::string>(fail(wire::response_not_found(
        named.id, named.store ? "" : "this gateway keeps no responses: set responses.use")));
  auto answering = exchange.respond_json(std::move(body));
  co_await std::move(answering);
}

}  // namespace

std::optional<session::ResponseStore> stored_responses(RouteContext& route,
                                                       const Request& request) {
  plugin::Slot* const slot = route.engine.responses();
  if (slot == nullptr) return std::nullopt;
  return session::ResponseStore(route.pipeline.site(*slot), kStoreTimeout,
                                std::string(presented_key(request)));
}

Task<void> retrieve_response(RouteContext& route, Exchange& exchange) {
  auto answering = answer(route, exchange, &retrieve);
  co_await std::move(answering);
}

Task<void> delete_response(RouteContext& route, Exchange& exchange) {
  auto answering = answer(route, exchange, &erase);
  co_await std::move(answering);
}

Task<void> list_input_items(RouteContext& route, Exchange& exchange) {
  auto answering = answer(route, exchange, &list_items);
  co_await std::move(answering);
}

}  // namespace claif::gateway

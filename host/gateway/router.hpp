// From a request to its route: authentication, host and content type first, each error in the
// client's dialect.
#pragma once

#include "gateway/connection.hpp"
#include "pipeline/engine.hpp"

#include <atomic>
#include <string_view>
#include <vector>

namespace claif::gateway {

// What the routes work with, one for each loop.
struct RouteContext {
  Engine& engine;
  pipeline::Pipeline& pipeline;
  const std::atomic<bool>& draining;  // true: shutting down, not ready any more
};

using RouteHandler = Task<void> (*)(RouteContext& context, Exchange& exchange);

class Router {
 public:
  explicit Router(RouteContext context) : context_(context) {}
  Task<void> dispatch(Exchange& exchange);

 private:
  // The reasons to refuse a request whatever its route, and before it has reached the one it has.
  std::optional<Error> wrong_origin(const Request& request) const;
  std::optional<Error> not_allowed(const Request& request, bool open) const;
  RouteContext context_;
};

// The routes. Those of responses that are kept are in stored_responses.cpp, those of health in
// health.cpp; each other is in the file of what it serves.
Task<void> chat_completions(RouteContext& context, Exchange& exchange);
Task<void> create_response(RouteContext& context, Exchange& exchange);
Task<void> retrieve_response(RouteContext& context, Exchange& exchange);
Task<void> delete_response(RouteContext& context, Exchange& exchange);
Task<void> list_input_items(RouteContext& context, Exchange& exchange);
Task<void> messages(RouteContext& context, Exchange& exchange);
Task<void> count_tokens(RouteContext& context, Exchange& exchange);
Task<void> list_models(RouteContext& context, Exchange& exchange);
Task<void> get_model(RouteContext& context, Exchange& exchange);
Task<void> hello(RouteContext& context, Exchange& exchange);
Task<void> healthz(RouteContext& context, Exchange& exchange);
Task<void> readyz(RouteContext& context, Exchange& exchange);
Task<void> metrics(RouteContext& context, Exchange& exchange);

}  // namespace claif::gateway

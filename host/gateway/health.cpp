// GET /healthz and /readyz, and what Claude Code asks to warm its connection up: HEAD / and HEAD
// /api/hello
#include "gateway/router.hpp"

namespace claif::gateway {

Task<void> hello(RouteContext&, Exchange& exchange) {
  Response response;
  response.body = R"({"message":"hello"})";
  auto answering = exchange.respond(std::move(response));
  co_await std::move(answering);
}

Task<void> healthz(RouteContext&, Exchange& exchange) {
  Response response;
  response.body = R"({"status":"ok"})";
  auto answering = exchange.respond(std::move(response));
  co_await std::move(answering);
}

namespace {

// Not in the coroutine: a pin must not live across a suspension.
bool transport_serves(const plugin::Slot& slot) {
  const plugin::Pin transport(slot);
  return transport && !transport->faults().quarantined();
}

}  // namespace

Task<void> readyz(RouteContext& route, Exchange& exchange) {
  Response response;
  const bool quarantined = !transport_serves(route.engine.transport());
  response.status = route.draining || quarantined ? 503 : 200;
  response.body = route.draining ? R"({"status":"draining"})"
                  : quarantined  ? R"({"status":"the transport is quarantined"})"
                                 : R"({"status":"ready"})";
  auto answering = exchange.respond(std::move(response));
  co_await std::move(answering);
}

}  // namespace claif::gateway

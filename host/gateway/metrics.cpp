// GET /metrics, in the Prometheus text format
#include "gateway/router.hpp"

namespace claif::gateway {

Task<void> metrics(RouteContext& route, Exchange& exchange) {
  // Observers are behind by up to some milliseconds; a scrape waits for them, on another thread.
  Loop& loop = route.pipeline.ops().loop();
  Arrival<bool> caught_up(loop);
  const bool posted = route.engine.pool().post([&] {
    route.engine.observers().flush();
    loop.post([&caught_up] { caught_up.set(true); });
  });
  if (posted) {
    const bool done = co_await caught_up;
    static_cast<void>(done);
  }
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = route.engine.metrics().render();
  auto answering = exchange.respond(std::move(response));
  co_await std::move(answering);
}

}  // namespace claif::gateway

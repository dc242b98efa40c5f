// GET /v1/models (translation.md R5)
#include "base/json.hpp"
#include "gateway/router.hpp"
#include "models/list.hpp"

namespace claif::gateway {

Task<void> list_models(RouteContext& route, Exchange& exchange) {
  auto listing = models::list(route.pipeline.site(route.engine.transport()));
  auto list = co_await std::move(listing);
  Response response;
  if (!list) {
    response = error_response(list.error());
  } else {
    json::Writer out;
    out.object().key("object").string("list").key("data").array();
    for (const models::Model& model : *list) {
      out.object().key("id").string(model.id).key("object").string("model").key("created").integer(
          model.created);
      out.key("owned_by").string("anthropic").end_object();
    }
    out.end_array().end_object();
    response.body = out.take();
  }
  auto answering = exchange.respond(std::move(response));
  co_await std::move(answering);
}

}  // namespace claif::gateway

// GET /v1/models and /v1/models/{id}, in OpenAI's dialect (translation.md R5) and in Anthropic's
#include "wire/models.hpp"

#include "base/json.hpp"
#include "gateway/query.hpp"
#include "gateway/router.hpp"
#include "models/list.hpp"
#include "wire/upstream_error.hpp"

#include <algorithm>
#include <charconv>

namespace claif::gateway {
namespace {

using models::Model;

void write_openai(json::Writer& out, const Model& model) {
  out.object().key("id").string(model.id).key("object").string("model");
  out.key("created").integer(model.created).key("owned_by").string("anthropic");
  out.key("shutdown_date");
  if (model.shutdown_date.empty())
    out.null();
  else
    out.string(model.shutdown_date);
  out.end_object();
}

std::string openai_list(const std::vector<Model>& list) {
  json::Writer out;
  out.object().key("object").string("list").key("data").array();
  for (const Model& model : list)
    write_openai(out, model);
  out.end_array().end_object();
  return out.take();
}

// What a client asks for of Anthropic's list.
struct Page {
  size_t limit = 20;
  std::string after_id, before_id;  // at most one of them
};

Result<Page> read_page(std::string_view text) {
  const Query query = parse_query(text);
  Page out;
  if (const auto limit = value_of(query, "limit")) {
    const char* const end = limit->data() + limit->size();
    const auto read = std::from_chars(limit->data(), end, out.limit);
    if (read.ec != std::errc() || read.ptr != end || out.limit < 1 || out.limit > 1000)
      return fail(Errc::invalid_request, "limit: must be a number from 1 to 1000");
  }
  out.after_id = value_of(query, "after_id").value_or("");
  out.before_id = value_of(query, "before_id").value_or("");
  if (!out.after_id.empty() && !out.before_id.empty())
    return fail(Errc::invalid_request, "after_id and before_id exclude each other");
  return out;
}

Result<std::string> anthropic_list(const std::vector<Model>& list, const Page& page) {
  const std::string& edge = page.after_id.empty() ? page.before_id : page.after_id;
  size_t begin = 0, end = list.size();
  if (!edge.empty()) {
    const auto found = std::find_if(list.begin(), list.end(),
                                    [&](const Model& model) { return model.id == edge; });
    if (found == list.end())
      return fail(Errc::invalid_request, "the list of models has no '" + edge + "' to go on from");
    const auto at = static_cast<size_t>(found - list.begin());
    (page.after_id.empty() ? end : begin) = page.after_id.empty() ? at : at + 1;
  }
  const bool more = end - begin > page.limit;
  if (more && page.before_id.empty()) end = begin + page.limit;
  if (more && !page.before_id.empty()) begin = end - page.limit;

  json::Writer out;
  const auto write_id = [&](size_t i) {
    if (begin == end)
      out.null();
    else
      out.string(list[i].id);
  };
  out.object().key("data").array();
  for (size_t i = begin; i < end; ++i)
    out.raw(list[i].json);
  out.end_array().key("has_more").boolean(more);
  out.key("first_id");
  write_id(begin);
  out.key("last_id");
  write_id(end - 1);
  out.end_object();
  return out.take();
}

Error no_model(std::string_view id, Dialect dialect) {
  Error error;
  error.code = Errc::not_found;
  error.reason = "model_not_found";
  error.param = "model";
  error.message = dialect == Dialect::anthropic
                      ? "model: " + std::string(id)
                      : "the model '" + std::string(id) + "' does not exist: see GET /v1/models";
  return error;
}

Task<Result<std::vector<Model>>> fetch(RouteContext& route) {
  auto listing = models::list(route.pipeline.site(route.engine.transport()));
  auto out = co_await std::move(listing);
  // The key that the upstream refuses is the gateway's own.
  if (!out) co_return fail(wire::without_key_blame(std::move(out.error())));
  co_return out;
}

Result<std::string> list_for(const Exchange& exchange, const std::vector<Model>& list) {
  if (exchange.dialect() == Dialect::openai) return openai_list(list);
  CLAIF_TRY(const Page page, read_page(exchange.request().query));
  return anthropic_list(list, page);
}

Result<std::string> model_for(const Exchange& exchange,
                              const std::vector<Model>& list,
                              const wire::ModelAliases& aliases) {
  const std::string_view asked = exchange.parameter("id");
  const auto resolved = wire::resolve_model(asked, aliases);
  const Model* model = resolved ? models::find(list, resolved->id) : nullptr;
  if (model == nullptr) return fail(no_model(asked, exchange.dialect()));
  if (exchange.dialect() == Dialect::anthropic) return model->json;
  json::Writer out;
  write_openai(out, *model);
  return out.take();
}

}  // namespace

Task<void> list_models(RouteContext& route, Exchange& exchange) {
  auto fetching = fetch(route);
  auto list = co_await std::move(fetching);
  Result<std::string> body =
      list ? list_for(exchange, *list) : Result<std::string>(fail(std::move(list.error())));
  auto answering = exchange.respond_json(std::move(body));
  co_await std::move(answering);
}

Task<void> get_model(RouteContext& route, Exchange& exchange) {
  auto fetching = fetch(route);
  auto list = co_await std::move(fetching);
  Result<std::string> body = list ? model_for(exchange, *list, route.engine.config().model_aliases)
                                  : Result<std::string>(fail(std::move(list.error())));
  auto answering = exchange.respond_json(std::move(body));
  co_await std::move(answering);
}

}  // namespace claif::gateway

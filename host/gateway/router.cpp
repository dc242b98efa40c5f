#include "gateway/router.hpp"

#include "base/secret.hpp"

#include <algorithm>
#include <array>

namespace claif::gateway {
namespace {

struct Route {
  std::string_view method, path;  // a path may have parameters: /v1/things/{id}
  RouteHandler handler;
  bool open;  // needs no authentication
};
constexpr std::array kRoutes{
    Route{"POST", "/v1/chat/completions", &chat_completions, false},
    Route{"POST", "/v1/responses", &create_response, false},
    Route{"GET", "/v1/responses/{response_id}", &retrieve_response, false},
    Route{"DELETE", "/v1/responses/{response_id}", &delete_response, false},
    Route{"GET", "/v1/responses/{response_id}/input_items", &list_input_items, false},
    Route{"POST", "/v1/messages", &messages, false},
    Route{"POST", "/v1/messages/count_tokens", &count_tokens, false},
    Route{"GET", "/v1/models", &list_models, false},
    Route{"GET", "/v1/models/{id}", &get_model, false},
    Route{"GET", "/", &hello, true},
    Route{"GET", "/api/hello", &hello, true},
    Route{"GET", "/healthz", &healthz, true},
    Route{"GET", "/readyz", &readyz, true},
    Route{"GET", "/metrics", &metrics, false},
};

Error refusal(int status, std::string reason, std::string message) {
  Error error;
  error.code = status == 401 ? Errc::authentication : Errc::invalid_request;
  error.status = status;
  error.reason = std::move(reason);
  error.message = std::move(message);
  return error;
}

bool is_loopback_name(std::string_view host) {
  const size_t colon = host.rfind(':');
  std::string_view name = host;
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos)
    name = host.substr(0, colon);
  return name == "localhost" || name == "127.0.0.1" || name == "[::1]";
}

bool is_json(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  constexpr std::string_view kJson = "application/json";
  return type.size() >= kJson.size() && type.find_last_not_of(" \t") + 1 == kJson.size() &&
         std::equal(kJson.begin(), kJson.end(), type.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
}

// Where a request belongs. `route` is null when no route has its path, or none its method: then
// `allowed` has the methods of its path.
struct Found {
  const Route* route = nullptr;
  PathParameters parameters;
  std::string allowed;
};

Found find_route(const Request& request) {
  Found out;
  PathParameters parameters;
  for (const Route& r : kRoutes) {
    if (!match_path(r.path, request.path, parameters)) continue;
    (out.allowed += out.allowed.empty() ? "" : ", ") += r.method;
    const bool serves =
        r.method == request.method || (request.method == "HEAD" && r.method == "GET");
    if (!serves || out.route != nullptr) continue;
    out.route = &r;
    out.parameters.swap(parameters);
  }
  return out;
}

Error no_route(const Request& request, const std::string& allowed) {
  if (allowed.empty())
    return refusal(404, "unknown_url",
                   "there is nothing at " + request.path + ": see the README for the routes");
  Error out = refusal(405, "method_not_allowed",
                      request.path + " takes " + allowed + ", not " + request.method);
  out.headers.emplace_back("allow", allowed);
  return out;
}

}  // namespace

std::optional<Error> Router::wrong_origin(const Request& request) const {
  const auto& allowed = context_.engine.config().gateway.allowed_hosts;
  const std::string_view host = request.header("host");
  // A page in a browser can reach loopback under a name of its own (DNS rebinding); it cannot
  // choose Host or hide Origin.
  if (!host.empty() && !is_loopback_name(host) &&
      std::find(allowed.begin(), allowed.end(), host) == allowed.end())
    return refusal(421, "unknown_host",
                   "this gateway does not answer as '" + std::string(host) +
                       "': add it to gateway.allowed_hosts");
  if (!request.header("origin").empty())
    return refusal(403, "origin_not_allowed", "requests from web pages are not accepted");
  return std::nullopt;
}

std::optional<Error> Router::not_allowed(const Request& request, bool open) const {
  const std::string& token = context_.engine.config().gateway.auth_token;
  if (!open && !token.empty() && !Secret(token).equals(presented_key(request)))
    return refusal(
        401, "invalid_api_key",
        "the API key is missing or wrong: send it as Authorization: Bearer or x-api-key");
  if (request.method == "POST" && !is_json(request.header("content-type")))
    return refusal(415, "unsupported_media_type",
                   "the body must be JSON: send Content-Type: application/json");
  return std::nullopt;
}

Task<void> Router::dispatch(Exchange& exchange) {
  const Request& request = exchange.request();
  Found found;
  auto refused = wrong_origin(request);
  if (!refused) {
    found = find_route(request);
    refused = found.route == nullptr ? no_route(request, found.allowed)
                                     : not_allowed(request, found.route->open);
  }
  if (refused) {
    auto refusing = exchange.refuse(*refused);
    co_await std::move(refusing);
    co_return;
  }
  exchange.set_parameters(std::move(found.parameters));
  auto handling = found.route->handler(context_, exchange);
  co_await std::move(handling);
}

}  // namespace claif::gateway

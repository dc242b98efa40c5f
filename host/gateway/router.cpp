#include "gateway/router.hpp"

#include "base/secret.hpp"

#include <algorithm>
#include <array>

namespace claif::gateway {
namespace {

struct Route {
  std::string_view method, path;
  RouteHandler handler;
  bool open;  // needs no authentication
};
constexpr std::array kRoutes{
    Route{"POST", "/v1/chat/completions", &chat_completions, false},
    Route{"GET", "/v1/models", &list_models, false},
    Route{"GET", "/healthz", &healthz, true},
    Route{"GET", "/readyz", &readyz, true},
    Route{"GET", "/metrics", &metrics, false},
};

Response refuse(int status, std::string reason, std::string message) {
  Error error;
  error.code = status == 401 ? Errc::authentication : Errc::invalid_request;
  error.status = status;
  error.reason = std::move(reason);
  error.message = std::move(message);
  return error_response(error);
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

}  // namespace

std::optional<Response> Router::refusal(const Request& request) const {
  const GatewayConfig& config = context_.engine.config().gateway;
  const std::string_view host = request.header("host");
  const bool known_host =
      is_loopback_name(host) || std::find(config.allowed_hosts.begin(), config.allowed_hosts.end(),
                                          host) != config.allowed_hosts.end();
  // A page in a browser can reach loopback under a name of its own (DNS rebinding); it cannot
  // choose Host or hide Origin.
  if (!host.empty() && !known_host)
    return refuse(421, "unknown_host",
                  "this gateway does not answer as '" + std::string(host) +
                      "': add it to gateway.allowed_hosts");
  if (!request.header("origin").empty())
    return refuse(403, "origin_not_allowed", "requests from web pages are not accepted");

  const Route* route = nullptr;
  std::string allowed;
  for (const Route& r : kRoutes) {
    if (r.path != request.path) continue;
    (allowed += allowed.empty() ? "" : ", ") += r.method;
    if (r.method == request.method || (request.method == "HEAD" && r.method == "GET")) route = &r;
  }
  if (allowed.empty())
    return refuse(404, "unknown_url",
                  "there is nothing at " + request.path + ": see the README for the routes");
  if (route == nullptr) {
    Response out = refuse(405, "method_not_allowed",
                          request.path + " takes " + allowed + ", not " + request.method);
    out.headers.emplace_back("allow", allowed);
    return out;
  }
  if (!route->open && !config.auth_token.empty()) {
    std::string_view given = request.header("authorization");
    given = given.starts_with("Bearer ") ? given.substr(7) : request.header("x-api-key");
    if (!Secret(config.auth_token).equals(given))
      return refuse(401, "invalid_api_key",
                    "the API key is missing or wrong: send it as Authorization: Bearer");
  }
  if (request.method == "POST" && !is_json(request.header("content-type")))
    return refuse(415, "unsupported_media_type",
                  "the body must be JSON: send Content-Type: application/json");
  return std::nullopt;
}

Task<void> Router::dispatch(Exchange& exchange) {
  const Request& request = exchange.request();
  if (auto refused = refusal(request)) {
    auto answering = exchange.respond(std::move(*refused));
    co_await std::move(answering);
    co_return;
  }
  for (const Route& route : kRoutes) {
    if (route.path != request.path) continue;
    auto handling = route.handler(context_, exchange);
    co_await std::move(handling);
    co_return;
  }
}

}  // namespace claif::gateway

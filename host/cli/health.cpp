// claif health
#include "base/json.hpp"
#include "cli/command.hpp"
#include "net/curl_client.hpp"

#include <claif/sdk/text.hpp>

#include <iostream>

#include <CLI/CLI.hpp>

namespace claif::cli {
namespace {

// One GET, collected. Lives in the coroutine that waits for it.
class Get {
 public:
  explicit Get(net::IoLoop& loop) : done_(loop) {}
  Arrival<bool>& start(net::HttpClient& client, const std::string& url) {
    claif_http_request request{};
    request.size = sizeof request;
    request.method = sdk::str("GET");
    request.url = sdk::str(url);
    request.total_timeout_ms = 5'000;
    claif_error refused = sdk::make_error(CLAIF_OK, {});
    if (client.start(1, request, kHandler, this, nullptr, &refused) != CLAIF_OK) {
      error_.assign(refused.text, refused.length);
      done_.set(false);
    }
    return done_;
  }
  uint32_t status() const { return status_; }
  const std::string& body() const { return body_; }
  const std::string& error() const { return error_; }

 private:
  static void on_head(void* self, uint32_t status, const claif_http_header*, size_t) noexcept {
    static_cast<Get*>(self)->status_ = status;
  }
  static claif_status on_body(void* self, claif_str piece) noexcept {
    static_cast<Get*>(self)->body_ += sdk::view(piece);
    return CLAIF_OK;
  }
  static void on_done(void* raw, claif_status status, const claif_error* error) noexcept {
    auto* const self = static_cast<Get*>(raw);
    if (error != nullptr) self->error_.assign(error->text, error->length);
    self->done_.set(status == CLAIF_OK);
  }
  static constexpr claif_http_handler kHandler{sizeof(claif_http_handler), 0, &on_head, &on_body,
                                               &on_done};

  Arrival<bool> done_;
  uint32_t status_ = 0;
  std::string body_, error_;
};

Task<void> probe(Engine& engine, std::string url, Result<std::string>& out) {
  Get get(engine.worker(0).loop);
  const bool ok = co_await get.start(engine.worker(0).loop.http(), url);
  if (!ok)
    out = Result<std::string>(
        fail(Errc::unavailable, "no gateway answers at " + url + ": " + get.error()));
  else if (get.status() != 200)
    out = Result<std::string>(fail(
        Errc::unavailable, url + " answers " + std::to_string(get.status()) + ": " + get.body()));
  else
    out = get.body();
}

int run(const CommonOptions& common, const std::string& url) {
  auto loaded = load(common);
  if (!loaded) return report(loaded.error());
  const GatewayConfig& gateway = loaded->config.gateway;
  const std::string target =
      (url.empty() ? "http://" + gateway.host + ":" + std::to_string(gateway.port) : url) +
      "/readyz";
  auto engine = Engine::create(std::move(loaded->config));
  if (!engine) return report(engine.error());
  Result<std::string> body;
  run_task(**engine, probe(**engine, target, body), [&] { (*engine)->stop(); });
  if (!body) return report(body.error());
  std::cout << *body << '\n';
  return kOk;
}

}  // namespace

void add_health(Command command) {
  CLI::App* const app = command.app.add_subcommand(
      "health",
      "Ask a running gateway whether it is ready; also checks the configuration and its plugins");
  const auto url = std::make_shared<std::string>();
  app->add_option("--url", *url, "its address (http://127.0.0.1:8787, as configured)");
  add_common_options(*app, command.common);
  app->footer("Example:\n  claif health --url http://127.0.0.1:8787");
  app->callback([command, url] { command.exit_code = run(command.common, *url); });
}

}  // namespace claif::cli

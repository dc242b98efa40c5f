// claif serve
#include "cli/command.hpp"
#include "gateway/server.hpp"
#include "models/refresh.hpp"

#include <csignal>
#include <iostream>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>

namespace claif::cli {
namespace {

struct ServeOptions {
  std::string host;
  int port = -1, threads = 0;
};

int run(const ServeOptions& options, CommonOptions common) {
  if (!options.host.empty()) common.sets.push_back("gateway.host=" + options.host);
  if (options.port >= 0) common.sets.push_back("gateway.port=" + std::to_string(options.port));
  if (options.threads > 0)
    common.sets.push_back("gateway.threads=" + std::to_string(options.threads));
  auto loaded = load(common);
  if (!loaded) return report(loaded.error());
  const unsigned threads = loaded->config.gateway.threads;
  auto engine = Engine::create(std::move(loaded->config), threads);
  if (!engine) return report(engine.error());
  std::signal(SIGPIPE, SIG_IGN);
  // Before it says that it listens: who reads that may stop it at once.
  boost::asio::signal_set signals((*engine)->worker(0).loop.io(), SIGINT, SIGTERM);
  gateway::Server server(**engine);
  const auto port = server.listen();
  if (!port) return report(port.error());
  const GatewayConfig& config = (*engine)->config().gateway;
  const std::string host =
      config.host.find(':') == std::string::npos ? config.host : "[" + config.host + "]";
  std::cerr << "claif: listening on http://" << host << ':' << *port << '\n';

  const std::function<void()> wait = [&] {
    signals.async_wait([&](const boost::system::error_code& error, int) {
      if (error) return;
      std::cerr << "claif: stopping; a second signal stops at once\n";
      server.shut_down();
      wait();
    });
  };
  wait();
  auto& first = (*engine)->worker(0);
  models::Refresh refresh(first.pipeline->site((*engine)->transport()), (*engine)->models(),
                          [&log = (*engine)->log()](std::string_view line) { log.warn(line); });
  first.loop.post([&refresh] { refresh.start(); });
  (*engine)->run();
  return kOk;
}

}  // namespace

void add_serve(Command command) {
  CLI::App* const app = command.app.add_subcommand("serve", "Serve OpenAI's API on loopback");
  const auto options = std::make_shared<ServeOptions>();
  app->add_option("--host", options->host, "address to listen on (127.0.0.1)");
  app->add_option("-p,--port", options->port, "port to listen on (8787); 0 picks a free one")
      ->check(CLI::Range(0, 65535));
  app->add_option("--threads", options->threads, "event loops (1)")->check(CLI::Range(1, 64));
  add_common_options(*app, command.common);
  app->footer(
      "Example:\n  claif serve --port 8787\n  OPENAI_BASE_URL=http://127.0.0.1:8787/v1 "
      "OPENAI_API_KEY=unused your-openai-program");
  app->callback([command, options] { command.exit_code = run(*options, command.common); });
}

}  // namespace claif::cli

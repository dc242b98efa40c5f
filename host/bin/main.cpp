#include "cli/command.hpp"

#include <exception>
#include <iostream>
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <sys/stat.h>

int main(int argc, char** argv) {
  using namespace claif::cli;
  ::umask(077);  // state is nobody else's to read
  // Bodies of some hundred KiB come and go with each request; as mappings of their own they would
  // be faulted in anew each time.
  constexpr int kKept = 8 * 1024 * 1024;
  ::mallopt(M_MMAP_THRESHOLD, kKept);  // NOLINT(concurrency-mt-unsafe): no thread runs yet
  ::mallopt(M_TRIM_THRESHOLD, kKept);  // NOLINT(concurrency-mt-unsafe)
  CLI::App app(
      "claif: OpenAI-compatible access to Claude, as a command line, a gateway and a library");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("claif ") + CLAIF_VERSION);
  app.footer(
      "Examples:\n  claif query \"What is a monad?\"\n  claif serve --port 8787\n\nWithout an API "
      "key: add --set transport.use=mock to try it offline.");
  int exit_code = kOk;
  CommonOptions common;
  const Command command{app, common, exit_code};
  for (const auto add : {&add_query, &add_chat, &add_serve, &add_plugins, &add_approval,
                         &add_models, &add_health, &add_sessions, &add_config, &add_version})
    add(command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  } catch (const std::exception& error) {
    std::cerr << "claif: " << error.what() << '\n';
    return kUpstream;
  }
  return exit_code;
}

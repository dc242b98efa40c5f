#include "cli/command.hpp"

#include <csignal>
#include <filesystem>
#include <iostream>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>

namespace claif::cli {
namespace {

// The plugins that came with this program, in a build tree or an installation, however it was
// called.
std::filesystem::path own_plugin_dir() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path bin = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const char* const relative : {"../plugins", CLAIF_PLUGINS_FROM_BIN})
    if (const fs::path dir = (bin / relative).lexically_normal(); fs::is_directory(dir, error))
      return dir;
  return bundled_plugin_dir();
}

}  // namespace

void add_common_options(CLI::App& app, CommonOptions& options) {
  app.add_option("--config", options.config_file,
                 "configuration file, in the place of ~/.claif/config.json")
      ->type_name("FILE");
  app.add_option("--set", options.sets, "one setting, e.g. --set transport.use=mock")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_option("--plugin-dir", options.plugin_dirs, "directory to search for plugins first")
      ->type_name("DIR")
      ->allow_extra_args(false);
  app.add_option("--log-level", options.log_level, "trace, debug, info, warn, error or off")
      ->type_name("LEVEL");
}

Result<LoadedConfig> load(const CommonOptions& options) {
  ConfigSources sources = process_sources();
  sources.install_plugin_dir = own_plugin_dir();
  if (!options.config_file.empty()) sources.file = options.config_file;
  for (const std::string& set : options.sets) {
    const size_t equals = set.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(Errc::configuration, "--set " + set + " is not KEY=VALUE");
    sources.sets.emplace_back(set.substr(0, equals), set.substr(equals + 1));
  }
  if (!options.log_level.empty()) sources.sets.emplace_back("log.level", options.log_level);
  sources.plugin_dirs.assign(options.plugin_dirs.begin(), options.plugin_dirs.end());
  return load_config(sources);
}

ExitCode report(const Error& error) {
  std::cerr << "claif: " << escape_controls(error.message);
  if (error.retry_after_ms != 0)
    std::cerr << " (try again in " << (error.retry_after_ms + 999) / 1000 << " s)";
  std::cerr << '\n';
  return exit_code(error.code);
}

void run_task(Engine& engine, Task<void> body, const std::function<void()>& on_interrupt) {
  net::IoLoop& loop = engine.worker(0).loop;
  boost::asio::signal_set signals(loop.io(), SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code& error, int signal) {
    if (error) return;
    on_interrupt();
    signals.async_wait([](const boost::system::error_code& again, int) {
      if (!again) ::_exit(kInterrupted);
    });
    static_cast<void>(signal);
  });
  // The lambda outlives the coroutine that it starts: run() returns only after stop().
  const auto main = [](Task<void> task, Engine& owner) -> Task<void> {
    co_await std::move(task);
    owner.stop();
  };
  loop.post([&] { spawn(main(std::move(body), engine)); });
  engine.run();
}

}  // namespace claif::cli

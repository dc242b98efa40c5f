// What the subcommands share: the options that every one takes, and how they run.
#pragma once

#include "base/task.hpp"
#include "cli/exit_code.hpp"
#include "config/loader.hpp"
#include "pipeline/engine.hpp"

#include <claif/result.hpp>

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace claif::cli {

// --config, --set, --plugin-dir, --log-level.
struct CommonOptions {
  std::string config_file;
  std::vector<std::string> sets;
  std::vector<std::string> plugin_dirs;
  std::string log_level;
};
void add_common_options(CLI::App& app, CommonOptions& options);
Result<LoadedConfig> load(const CommonOptions& options);

// Prints "claif: <message>" to standard error, and returns the exit code that fits.
ExitCode report(const Error& error);

// Runs `body` on loop 0 of `engine`, on this thread, until it is done. `on_interrupt` is called on
// SIGINT and SIGTERM; a second signal ends the process.
void run_task(Engine& engine, Task<void> body, const std::function<void()>& on_interrupt);

// A subcommand registers itself and sets `exit_code` when it ran.
struct Command {
  CLI::App& app;
  CommonOptions& common;
  int& exit_code;
};
void add_query(Command command);
void add_chat(Command command);
void add_serve(Command command);
void add_plugins(Command command);
void add_approval(Command command);
void add_models(Command command);
void add_health(Command command);
void add_sessions(Command command);
void add_config(Command command);
void add_version(Command command);

}  // namespace claif::cli

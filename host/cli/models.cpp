// claif models
#include "base/json.hpp"
#include "cli/command.hpp"
#include "models/list.hpp"

#include <iostream>

#include <CLI/CLI.hpp>

namespace claif::cli {
namespace {

Task<void> fetch(Engine& engine, Result<std::vector<models::Model>>& out) {
  auto listing = models::list(engine.worker(0).pipeline->site(engine.transport()));
  out = co_await std::move(listing);
}

int run(const CommonOptions& common, bool as_json) {
  auto loaded = load(common);
  if (!loaded) return report(loaded.error());
  auto engine = Engine::create(std::move(loaded->config));
  if (!engine) return report(engine.error());
  Result<std::vector<models::Model>> list;
  run_task(**engine, fetch(**engine, list), [&] { (*engine)->stop(); });
  if (!list) return report(list.error());
  json::Writer out;
  out.array();
  for (const models::Model& model : *list) {
    out.string(model.id);
    if (!as_json) std::cout << model.id << '\n';
  }
  out.end_array();
  if (as_json) std::cout << out.view() << '\n';
  return kOk;
}

}  // namespace

void add_models(Command command) {
  CLI::App* const app = command.app.add_subcommand("models", "List the models that can be asked");
  const auto as_json = std::make_shared<bool>(false);
  app->add_flag("--json", *as_json, "for scripts");
  add_common_options(*app, command.common);
  app->footer("Example:\n  claif models --json");
  app->callback([command, as_json] { command.exit_code = run(command.common, *as_json); });
}

}  // namespace claif::cli

// claif models
#include "base/json.hpp"
#include "base/log.hpp"
#include "cli/command.hpp"
#include "models/list.hpp"
#include "wire/model_table.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>

#include <CLI/CLI.hpp>

namespace claif::cli {
namespace {

Task<void> fetch(Engine& engine, Result<std::vector<models::Model>>& out) {
  auto listing = models::list(engine.worker(0).pipeline->site(engine.transport()));
  out = co_await std::move(listing);
}

std::string thinking_of(wire::Thinking thinking) {
  switch (thinking) {
    case wire::Thinking::a:
      return "always thinks";
    case wire::Thinking::b:
      return "thinks unless told not to";
    case wire::Thinking::c:
      return "thinks when told to";
    case wire::Thinking::d:
      return "thinks within a budget";
    case wire::Thinking::e:
      return "thinks, at least between tools";
  }
  return {};
}

// id, input, output, how it thinks, and when it ends.
std::string line_of(const models::Model& model, const wire::ModelTable& table, size_t width) {
  std::string out = model.id;
  const wire::ModelRow* const row = table.find(wire::table_id(model.id));
  if (row == nullptr) return out;
  out.resize(std::max(width, out.size()), ' ');
  char numbers[64];
  std::snprintf(numbers, sizeof numbers, "  %8s in  %7lld out  ",
                row->max_input > 0 ? std::to_string(row->max_input).c_str() : "?",
                static_cast<long long>(row->max_output));
  out += numbers + thinking_of(row->thinking);
  const auto info = wire::read_model_info(model.json);
  if (info && !info->lifecycle.empty() && info->lifecycle != "active") {
    out += "; " + info->lifecycle;
    if (!info->retires_at.empty()) out += ", ends " + info->retires_at.substr(0, 10);
  }
  return out;
}

void print(const std::vector<models::Model>& list) {
  std::vector<wire::ModelInfo> said;
  size_t width = 0;
  for (const models::Model& model : list) {
    width = std::max(width, model.id.size());
    if (auto info = wire::read_model_info(model.json)) said.push_back(std::move(*info));
  }
  const wire::ModelTable table(said);
  for (const models::Model& model : list)
    std::cout << escape_controls(line_of(model, table, width)) << '\n';
}

int run(const CommonOptions& common, bool as_json) {
  auto loaded = load(common);
  if (!loaded) return report(loaded.error());
  auto engine = Engine::create(std::move(loaded->config));
  if (!engine) return report(engine.error());
  Result<std::vector<models::Model>> list;
  run_task(**engine, fetch(**engine, list), [&] { (*engine)->stop(); });
  if (!list) return report(list.error());
  if (!as_json) {
    print(*list);
    return kOk;
  }
  json::Writer out;
  out.array();
  for (const models::Model& model : *list)
    out.raw(model.json);
  std::cout << out.end_array().view() << '\n';
  return kOk;
}

}  // namespace

void add_models(Command command) {
  CLI::App* const app =
      command.app.add_subcommand("models", "List the models that can be asked, and what they take");
  const auto as_json = std::make_shared<bool>(false);
  app->add_flag("--json", *as_json, "for scripts: a list of Anthropic's ModelInfo objects");
  add_common_options(*app, command.common);
  app->footer("Example:\n  claif models --json");
  app->callback([command, as_json] { command.exit_code = run(command.common, *as_json); });
}

}  // namespace claif::cli

// claif plugins list, claif plugins why
#include "base/json.hpp"
#include "cli/command.hpp"

#include <iostream>

#include <CLI/CLI.hpp>

namespace claif::cli {
namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts)
    (out += out.empty() ? "" : ", ") += part;
  return out;
}

int list(const CommonOptions& common, bool as_json) {
  const auto loaded = load(common);
  if (!loaded) return report(loaded.error());
  const auto findings = make_loader(loaded->config)->scan();
  if (as_json) {
    json::Writer out;
    out.array();
    for (const plugin::Finding& f : findings) {
      out.object()
          .key("name")
          .string(f.name)
          .key("id")
          .string(f.id)
          .key("version")
          .string(f.version)
          .key("provides")
          .array();
      for (const std::string& p : f.provides)
        out.string(p);
      out.end_array().key("origin").string(f.origin).key("refusal");
      if (f.refusal.empty())
        out.null();
      else
        out.string(f.refusal);
      out.end_object();
    }
    out.end_array();
    std::cout << out.view() << '\n';
    return kOk;
  }
  size_t width = 4;
  for (const plugin::Finding& f : findings)
    width = std::max(width, f.name.size());
  for (const plugin::Finding& f : findings) {
    std::cout << f.name << std::string(width - f.name.size() + 2, ' ');
    if (f.refusal.empty())
      std::cout << f.version << "  " << joined(f.provides) << '\n';
    else
      std::cout << "refused: " << escape_controls(f.refusal) << '\n';
  }
  if (findings.empty())
    std::cerr << "claif: no plugins: no configured directory has any (--plugin-dir)\n";
  return kOk;
}

int why(const CommonOptions& common, const std::string& name) {
  const auto loaded = load(common);
  if (!loaded) return report(loaded.error());
  const plugin::Finding f = make_loader(loaded->config)->explain(name);
  if (!f.refusal.empty()) {
    std::cout << f.name << " is refused: " << escape_controls(f.refusal) << '\n';
    return kUsage;
  }
  std::cout << f.name << " loads: " << f.id << ' ' << f.version << " from " << f.origin
            << ", offers " << joined(f.provides) << '\n';
  return kOk;
}

}  // namespace

void add_plugins(Command command) {
  CLI::App* const app =
      command.app.add_subcommand("plugins", "Look at the plugins that can be loaded");
  app->require_subcommand(1);
  CLI::App* const list_app = app->add_subcommand(
      "list", "Every plugin of the configured directories, and why a file is refused");
  const auto as_json = std::make_shared<bool>(false);
  list_app->add_flag("--json", *as_json, "for scripts");
  add_common_options(*list_app, command.common);
  list_app->callback([command, as_json] { command.exit_code = list(command.common, *as_json); });
  CLI::App* const why_app = app->add_subcommand("why", "Why one plugin loads or not");
  const auto name = std::make_shared<std::string>();
  why_app->add_option("name", *name, "its file name without .so, its id or its path")->required();
  add_common_options(*why_app, command.common);
  why_app->callback([command, name] { command.exit_code = why(command.common, *name); });
  app->footer("Example:\n  claif plugins why cache-memory");
}

}  // namespace claif::cli

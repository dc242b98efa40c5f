// claif config show, claif config schema
#include "base/json.hpp"
#include "cli/command.hpp"

#include <iostream>

#include <CLI/CLI.hpp>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

namespace claif::cli {
namespace {

std::string pretty(std::string_view text) {
  const auto doc = json::parse(std::string(text));
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  if (doc) doc->root().Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

// The value at a dotted path of the document.
std::string value_at(const json::Value& root, std::string_view path) {
  const json::Value* at = &root;
  while (at != nullptr && !path.empty()) {
    const size_t dot = path.find('.');
    at = json::find(*at, path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return at != nullptr ? json::dump(*at) : "null";
}

int show(const CommonOptions& common, bool origin) {
  const auto loaded = load(common);
  if (!loaded) return report(loaded.error());
  if (!origin) {
    std::cout << pretty(loaded->json) << '\n';
    return kOk;
  }
  const auto doc = json::parse(loaded->json);
  for (const auto& [path, from] : loaded->origins)
    std::cout << path << " = " << value_at(doc->root(), path) << "  (" << from << ")\n";
  return kOk;
}

}  // namespace

void add_config(Command command) {
  CLI::App* const app = command.app.add_subcommand("config", "Look at the configuration");
  app->require_subcommand(1);
  CLI::App* const show_app =
      app->add_subcommand("show", "The configuration in force; secrets are masked");
  const auto origin = std::make_shared<bool>(false);
  show_app->add_flag("--origin", *origin, "where each value came from");
  add_common_options(*show_app, command.common);
  show_app->callback([command, origin] { command.exit_code = show(command.common, *origin); });
  CLI::App* const schema_app =
      app->add_subcommand("schema", "The JSON Schema of the configuration file");
  schema_app->callback([command] {
    std::cout << config_schema();
    command.exit_code = kOk;
  });
  app->footer("Example:\n  claif config show --origin");
}

}  // namespace claif::cli

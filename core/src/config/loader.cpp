#include "config/loader.hpp"

#include "base/schema.hpp"
#include "config/decode.hpp"
#include "config/layers.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <unistd.h>

extern char** environ;

namespace claif {
namespace {

namespace fs = std::filesystem;
using config::Layers;

constexpr std::string_view kDefaults = R"json({
  "transport": {"use": "anthropic"},
  "approval": {"use": "allow-all"},
  "cache": {"use": "memory", "mode": "off"},
  "sessions": {"use": "jsonl"},
  "model": "sonnet",
  "presets": {"fast": {"model": "haiku"}, "balanced": {"model": "sonnet"}, "smart": {"model": "opus"}},
  "log": {"level": "warn"}
})json";

// What a project's own file may decide: nothing that reaches other servers, loads code or loosens a
// policy.
constexpr std::array<std::string_view, 5> kProjectKeys{"model", "presets", "model_aliases",
                                                       "strict", "log"};

Result<std::optional<json::Document>> read_file(const fs::path& file, bool required) {
  std::ifstream in(file);
  if (!in) {
    if (!required) return std::optional<json::Document>();
    return fail(Errc::configuration, "the configuration file " + file.string() + " cannot be read");
  }
  std::stringstream text;
  text << in.rdbuf();
  auto doc = json::parse(text.str());
  if (!doc) return fail(Errc::configuration, file.string() + " is " + doc.error().message);
  if (!doc->root().IsObject())
    return fail(Errc::configuration, file.string() + " must contain a JSON object");
  return std::optional<json::Document>(std::move(*doc));
}

Result<void> add_file(Layers& layers, const fs::path& file, bool required, bool project) {
  CLAIF_TRY(const auto doc, read_file(file, required));
  if (!doc) return {};
  CLAIF_CHECK(check_schema(config_schema(), json::dump(doc->root()), file.string()));
  if (project)
    for (const auto& member : doc->root().GetObject()) {
      const std::string_view key = json::text(member.name);
      if (std::find(kProjectKeys.begin(), kProjectKeys.end(), key) == kProjectKeys.end())
        return fail(Errc::configuration,
                    file.string() + " sets '" + std::string(key) +
                        "', which a project may not decide: move it to ~/.claif/config.json");
    }
  layers.merge(doc->root(), file.string());
  return {};
}

// CLAIF_GATEWAY__PORT=9000 is gateway.port.
void add_environment(Layers& layers, const ConfigSources& sources) {
  const auto schema = json::parse(std::string(config_schema()));
  const json::Value* known = json::find(schema->root(), "properties");
  // Which plugin comes before its configuration, whatever the order of the variables: naming
  // another plugin drops the configuration of the one before.
  std::vector<std::string> names = sources.env_names;
  std::stable_partition(names.begin(), names.end(),
                        [](const std::string& name) { return name.ends_with("__USE"); });
  for (const std::string& name : names) {
    std::string key;
    for (size_t i = std::string_view("CLAIF_").size(); i < name.size(); ++i) {
      if (name.compare(i, 2, "__") == 0)
        key += '.', ++i;
      else
        key += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
    }
    if (json::find(*known, key.substr(0, key.find('.'))) == nullptr)
      continue;  // another program's variable, or CLAIF_HOME
    if (const auto value = sources.env(name)) layers.set(key, *value, name);
  }
}

void set_default(Layers& layers,
                 const char* place,
                 const char* key,
                 const std::optional<std::string>& value,
                 const char* origin) {
  if (!value || value->empty()) return;
  const json::Value* spec = json::find(layers.root(), place);
  const json::Value* config = spec ? json::find(*spec, "config") : nullptr;
  if (config != nullptr && json::find(*config, key) != nullptr) return;
  json::Writer text;
  text.object()
      .key(place)
      .object()
      .key("config")
      .object()
      .key(key)
      .string(*value)
      .end_object()
      .end_object()
      .end_object();
  if (const auto overlay = json::parse(text.take())) layers.merge(overlay->root(), origin);
}

// What plugins get that the operator did not spell out.
void add_plugin_defaults(Layers& layers, const ConfigSources& sources, const fs::path& home) {
  if (const json::Value* transport = json::find(layers.root(), "transport");
      transport != nullptr && json::string_or(*transport, "use") == "anthropic") {
    set_default(layers, "transport", "base_url", sources.env("ANTHROPIC_BASE_URL"),
                "ANTHROPIC_BASE_URL");
    set_default(layers, "transport", "api_key", sources.env("ANTHROPIC_API_KEY"),
                "ANTHROPIC_API_KEY");
    set_default(layers, "transport", "auth_token", sources.env("ANTHROPIC_AUTH_TOKEN"),
                "ANTHROPIC_AUTH_TOKEN");
  }
  for (const char* place : {"sessions", "responses"}) {
    const json::Value* store = json::find(layers.root(), place);
    const std::string_view use = store != nullptr ? json::string_or(*store, "use") : "";
    if (use == "jsonl" || use == "sqlite")
      set_default(layers, place, "dir", (home / place).string(), "default");
  }
  if (const json::Value* cache = json::find(layers.root(), "cache"); cache != nullptr) {
    const std::string_view use = json::string_or(*cache, "use");
    if (use == "file") set_default(layers, "cache", "dir", (home / "cache").string(), "default");
    if (use == "sqlite")
      set_default(layers, "cache", "path", (home / "cache" / "cache.db").string(), "default");
  }
}

bool is_secret_name(std::string_view key) {
  for (const std::string_view part : {"key", "token", "secret", "password"})
    if (key.find(part) != std::string_view::npos &&
        key.find("max_tokens") == std::string_view::npos)
      return true;
  return false;
}

// Replaces secrets by "***" in what is shown, and collects them.
void mask(json::Value& value,
          std::string_view key,
          bool inside_secrets,
          std::vector<std::string>& secrets,
          rapidjson::Document::AllocatorType& allocator) {
  if (value.IsObject()) {
    for (auto& member : value.GetObject())
      mask(member.value, json::text(member.name), inside_secrets || key == "secrets", secrets,
           allocator);
  } else if (value.IsArray()) {
    for (auto& item : value.GetArray())
      mask(item, key, inside_secrets, secrets, allocator);
  } else if (value.IsString()) {
    const std::string text(json::text(value));
    const bool known = std::any_of(secrets.begin(), secrets.end(), [&](const std::string& secret) {
      return secret == text || (secret.size() >= 6 && text.find(secret) != std::string::npos);
    });
    if (text.empty() || !(known || inside_secrets || is_secret_name(key))) return;
    secrets.push_back(text);
    value.SetString("***", allocator);
  }
}

fs::path home_directory(const ConfigSources& sources) {
  if (const auto claif_home = sources.env("CLAIF_HOME"); claif_home && !claif_home->empty())
    return *claif_home;
  return fs::path(sources.env("HOME").value_or("/")) / ".claif";
}

std::vector<fs::path> plugin_directories(const ConfigSources& sources, const Config& config) {
  std::vector<fs::path> out = sources.plugin_dirs;
  if (const auto path = sources.env("CLAIF_PLUGIN_PATH")) {
    std::stringstream parts(*path);
    for (std::string part; std::getline(parts, part, ':');)
      if (!part.empty()) out.emplace_back(part);
  }
  out.insert(out.end(), config.plugin_dirs.begin(), config.plugin_dirs.end());
  if (!sources.install_plugin_dir.empty()) out.push_back(sources.install_plugin_dir);
  return out;
}

}  // namespace

ConfigSources process_sources() {
  ConfigSources out;
  out.env = [](const std::string& name) -> std::optional<std::string> {
    const char* const value =
        std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before threads start
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
  };
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (text.starts_with("CLAIF_")) out.env_names.emplace_back(text.substr(0, text.find('=')));
  }
  std::error_code ignored;
  out.working_directory = fs::current_path(ignored);
  return out;
}

Result<LoadedConfig> load_config(const ConfigSources& sources) {
  Layers layers;
  CLAIF_TRY(const auto defaults, json::parse(std::string(kDefaults)));
  layers.merge(defaults.root(), "default");
  const fs::path home = home_directory(sources);
  CLAIF_CHECK(add_file(layers, sources.file.value_or(home / "config.json"),
                       sources.file.has_value(), false));
  const fs::path project = sources.working_directory / ".claif.json";
  CLAIF_CHECK(add_file(layers, project, false, true));
  add_environment(layers, sources);
  Layers flags;
  for (const auto& [key, value] : sources.sets)
    flags.set(key, value, "--set");
  layers.merge(flags.root(), "--set");
  CLAIF_CHECK(check_schema(config_schema(), json::dump(layers.root()), "configuration"));
  add_plugin_defaults(layers, sources, home);

  LoadedConfig out;
  std::vector<std::string> secrets;
  CLAIF_CHECK(config::expand(layers.root(), layers.allocator(), sources.env, "", secrets));
  out.config = config::decode(layers.root());
  mask(layers.root(), "", false, secrets, layers.allocator());
  out.config.secret_values = std::move(secrets);
  out.config.home = home;
  out.config.plugin_dirs = plugin_directories(sources, out.config);
  out.json = json::dump(layers.root());
  out.origins = layers.origins();
  return out;
}

}  // namespace claif

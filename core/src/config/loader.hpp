// Reads the layers of the configuration and merges them: flags > environment > project file > user
// file > defaults (architecture.md section 7).
#pragma once

#include "config/config.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claif {

struct ConfigSources {
  std::function<std::optional<std::string>(const std::string& name)> env;  // one variable
  std::vector<std::string> env_names;  // all variables that start with CLAIF_
  std::filesystem::path working_directory;
  std::filesystem::path install_plugin_dir;   // where the bundled plugins are
  std::optional<std::filesystem::path> file;  // --config: takes the place of the user file
  std::vector<std::pair<std::string, std::string>> sets;  // --set key=value, in order
  std::vector<std::filesystem::path> plugin_dirs;         // --plugin-dir
};

// The sources of this process: its environment and working directory.
ConfigSources process_sources();

struct LoadedConfig {
  Config config;
  std::string json;                            // the merged document, secrets masked
  std::map<std::string, std::string> origins;  // "transport.use" -> "--set", a file, "default", ...
};

// configuration, naming file and key, when something is unknown, of the wrong type, unreadable, or
// not for a project file to decide.
Result<LoadedConfig> load_config(const ConfigSources& sources);

}  // namespace claif

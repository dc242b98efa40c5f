// From a plugin's name to its checked file in memory.
#pragma once

#include "plugin/module.hpp"

#include <claif/result.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace claif::plugin {

// What `claif plugins list` and `why` tell about one file.
struct Finding {
  std::string name, origin;  // cache-memory, /usr/lib/.../cache-memory.so
  std::string id, version;   // empty when refused
  std::vector<std::string> provides;
  std::string refusal;  // empty: it loads
};

// Thread-safe.
class Loader {
 public:
  // `directories` in search order; they come from the operator, never from a project or a request.
  // `staging` is created private (0700) when first needed. `linked` are the plugins of the program
  // itself.
  Loader(std::vector<std::filesystem::path> directories,
         std::filesystem::path staging,
         std::span<const StaticPlugin> linked);

  // The plugin `<kind>-<use>.so`, or `<use>.so`, of the first directory that has either.
  // A file is loaded once however many instances it makes; a changed file is loaded anew beside the
  // old one.
  Result<std::shared_ptr<Module>> load(std::string_view kind, std::string_view use);

  // Loads every file of every directory in turn and says what came of it.
  std::vector<Finding> scan();
  // The same for one name (cache-memory), id or path.
  Finding explain(std::string_view name);

 private:
  struct Loaded {
    std::weak_ptr<Module> module;
    std::string digest;
  };
  Result<std::shared_ptr<Module>> load_file(const std::filesystem::path& file);
  Result<std::filesystem::path> stage(const std::filesystem::path& file,
                                      std::string_view bytes,
                                      const std::string& digest);
  Finding describe(const std::filesystem::path& file);

  const std::vector<std::filesystem::path> directories_;
  const std::filesystem::path staging_;
  const std::span<const StaticPlugin> linked_;
  std::mutex mutex_;
  std::map<std::string, Loaded> loaded_;          // by path
  std::map<std::string, std::string> id_owners_;  // id -> path of the file that brought it
};

}  // namespace claif::plugin

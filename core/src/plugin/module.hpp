// A plugin file in memory, or a plugin that is linked in: its entry, checked.
#pragma once

#include <claif/abi/entry.h>
#include <claif/result.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace claif::plugin {

// A plugin that was linked into the program (CLAIF_STATIC_PLUGINS): its file name without .so.
struct StaticPlugin {
  std::string_view name;
  claif_entry_fn entry;
};

// Thread-safe once made. Unloads its file when it ends, and says whether the file really left the
// process.
class Module {
 public:
  // Loads `file`, which was staged and inspected, and negotiates. `origin` names it in messages.
  static Result<std::shared_ptr<Module>> load(const std::filesystem::path& file,
                                              std::string origin);
  static Result<std::shared_ptr<Module>> link(const StaticPlugin& plugin);
  ~Module();

  const claif_entry& entry() const { return *entry_; }
  const claif_descriptor& descriptor() const { return *entry_->desc; }
  const std::string& origin() const { return origin_; }  // the path as configured, or "linked in"

  // Called with the origin when a file stays mapped after its unload. Set once, before threads
  // start.
  static inline std::function<void(std::string_view origin)> on_still_mapped;

 private:
  struct Library;
  Module() = default;
  Result<void> negotiate(claif_entry_fn entry_fn);

  std::unique_ptr<Library> library_;
  const claif_entry* entry_ = nullptr;
  std::string origin_;
};

}  // namespace claif::plugin

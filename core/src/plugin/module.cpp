#define BOOST_DLL_USE_STD_FS
#include "plugin/module.hpp"

#include <fstream>
#include <system_error>

#include <boost/dll/shared_library.hpp>

namespace claif::plugin {
namespace {

// True while any page of `file` is mapped: dlclose does not say.
bool is_mapped(const std::string& file) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find(file) != std::string::npos) return true;
  return false;
}

}  // namespace

struct Module::Library {
  boost::dll::shared_library handle;
  std::string file;
};

Result<std::shared_ptr<Module>> Module::load(const std::filesystem::path& file,
                                             std::string origin) {
  std::shared_ptr<Module> module(new Module);
  module->origin_ = std::move(origin);
  module->library_ = std::make_unique<Library>();
  module->library_->file = file.string();
  try {
    // The throwing load keeps dlerror's text. Never deepbind: it breaks allocators and sanitizers.
    module->library_->handle.load(
        file, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
  } catch (const std::exception& e) {
    return fail(Errc::configuration, module->origin_ + " cannot be loaded: " + e.what());
  }
  claif_entry_fn entry_fn = nullptr;
  try {
    entry_fn = &module->library_->handle.get<const claif_entry*(uint32_t)>("claif_entry_v1");
  } catch (const std::exception& e) {
    return fail(Errc::configuration, module->origin_ + " has no usable entry: " + e.what());
  }
  CLAIF_CHECK(module->negotiate(entry_fn));
  return module;
}

Result<std::shared_ptr<Module>> Module::link(const StaticPlugin& plugin) {
  std::shared_ptr<Module> module(new Module);
  module->origin_ = "linked in (" + std::string(plugin.name) + ")";
  CLAIF_CHECK(module->negotiate(plugin.entry));
  return module;
}

Result<void> Module::negotiate(claif_entry_fn entry_fn) {
  const auto refuse = [this](const std::string& why) {
    return fail(Errc::configuration, origin_ + " " + why);
  };
  try {
    entry_ = entry_fn(CLAIF_ABI_MINOR);
  } catch (...) {
    return refuse(
        "threw an exception from its entry function: rebuild it against the claif SDK, which stops "
        "exceptions there");
  }
  if (entry_ == nullptr)
    return refuse("does not work with this host (ABI 1." + std::to_string(CLAIF_ABI_MINOR) +
                  "): get a build for it");
  if (entry_->abi_major > CLAIF_ABI_MAJOR)
    return refuse("was built for plugin ABI " + std::to_string(entry_->abi_major) +
                  ", newer than this host's " + std::to_string(CLAIF_ABI_MAJOR) + ": update claif");
  if (entry_->abi_major < CLAIF_ABI_MAJOR)
    return refuse("was built for plugin ABI " + std::to_string(entry_->abi_major) +
                  ", older than this host's " + std::to_string(CLAIF_ABI_MAJOR) +
                  ": rebuild it against this SDK");
  if (!CLAIF_HAS(entry_, iface) || entry_->desc == nullptr || entry_->create == nullptr ||
      entry_->destroy == nullptr || entry_->iface == nullptr)
    return refuse("has an incomplete entry table: rebuild it against the claif SDK");
  const claif_descriptor& d = *entry_->desc;
  if (!CLAIF_HAS(&d, provides) || d.id == nullptr || d.version == nullptr ||
      d.provides == nullptr || d.provides[0] == nullptr)
    return refuse(
        "has a descriptor without an id, a version or an interface: rebuild it against the claif "
        "SDK");
  return {};
}

Module::~Module() {
  if (!library_) return;
  library_->handle.unload();
  std::error_code ignored;
  if (is_mapped(library_->file) && on_still_mapped) on_still_mapped(origin_);
  std::filesystem::remove(library_->file, ignored);  // the staged copy
}

}  // namespace claif::plugin

// The PluginManager: makes instances from specs, fills slots, swaps them, and tells why not.
#pragma once

#include "config/config.hpp"
#include "plugin/host_services.hpp"
#include "plugin/loader.hpp"
#include "plugin/slot.hpp"

#include <claif/result.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace claif::plugin {

// A kind of plugin: the prefix of its files, the interface that it offers.
struct Kind {
  std::string_view prefix;
  const char* iface;
};
const Kind& kind_of(
    std::string_view prefix);  // one of transport, approval, observer, hook, cache, store, tools
const Kind* kind_of_iface(std::string_view iface);  // null: unknown

// Thread-safe, but for the filling of slots.
class PluginManager {
 public:
  PluginManager(HostServices services,
                std::vector<std::filesystem::path> directories,
                std::filesystem::path staging,
                std::span<const StaticPlugin> linked);

  HostServices& services() { return services_; }
  Loader& loader() { return loader_; }

  Result<std::unique_ptr<Instance>> create(const Kind& kind, const PluginSpec& spec);
  // A slot with a fresh instance in it. `name` is its place in the configuration.
  Result<std::unique_ptr<Slot>> fill(std::string name, const Kind& kind, const PluginSpec& spec);
  // Creates the new instance first; when that fails the old one stays.
  Result<void> swap(Slot& slot, const Kind& kind, const PluginSpec& spec);

 private:
  HostServices services_;
  Loader loader_;
};

Result<PluginSpec> parse_spec(std::string_view json);

}  // namespace claif::plugin

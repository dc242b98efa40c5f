#include "plugin/manager.hpp"

#include "base/json.hpp"
#include "config/approval_presets.hpp"
#include "plugin/instance.hpp"

#include <claif/abi/abi.h>

#include <array>

namespace claif::plugin {
namespace {

constexpr std::array kKinds{
    Kind{"transport", CLAIF_TRANSPORT_ID}, Kind{"approval", CLAIF_APPROVAL_ID},
    Kind{"observer", CLAIF_OBSERVER_ID},   Kind{"hook", CLAIF_HOOK_ID},
    Kind{"cache", CLAIF_CACHE_ID},         Kind{"store", CLAIF_SESSION_STORE_ID},
    Kind{"tools", CLAIF_TOOLS_ID},
};

}  // namespace

const Kind& kind_of(std::string_view prefix) {
  for (const Kind& kind : kKinds)
    if (kind.prefix == prefix) return kind;
  std::abort();  // callers name one of the constants
}

const Kind* kind_of_iface(std::string_view iface) {
  for (const Kind& kind : kKinds)
    if (kind.iface == iface) return &kind;
  return nullptr;
}

PluginManager::PluginManager(HostServices services,
                             std::vector<std::filesystem::path> directories,
                             std::filesystem::path staging,
                             std::span<const StaticPlugin> linked)
    : services_(std::move(services)), loader_(std::move(directories), std::move(staging), linked) {
  services_.create_child = [this](std::string_view iface,
                                  std::string_view spec_json) -> Result<std::unique_ptr<Instance>> {
    const Kind* const kind = kind_of_iface(iface);
    if (kind == nullptr)
      return fail(Errc::configuration,
                  "there is no kind of plugin that offers " + std::string(iface));
    CLAIF_TRY(const PluginSpec spec, parse_spec(spec_json));
    return create(*kind, spec);
  };
}

Result<std::unique_ptr<Instance>> PluginManager::create(const Kind& kind, const PluginSpec& named) {
  PluginSpec spec = named;
  if (kind.prefix == "approval") {
    CLAIF_TRY(spec, approval_policy(named));
  }
  CLAIF_TRY(auto module, loader_.load(kind.prefix, spec.use));
  CLAIF_TRY(auto instance, Instance::create(std::move(module), spec.config_json, services_));
  CLAIF_CHECK(instance->serve(kind.iface));
  return instance;
}

Result<std::unique_ptr<Slot>> PluginManager::fill(std::string name,
                                                  const Kind& kind,
                                                  const PluginSpec& spec) {
  auto instance = create(kind, spec);
  if (!instance) {
    instance.error().message = name + ": " + instance.error().message;
    return fail(std::move(instance.error()));
  }
  return std::make_unique<Slot>(std::move(name), std::move(*instance));
}

Result<void> PluginManager::swap(Slot& slot, const Kind& kind, const PluginSpec& spec) {
  CLAIF_TRY(auto next, create(kind, spec));
  return slot.swap(std::move(next));
}

Result<PluginSpec> parse_spec(std::string_view json) {
  CLAIF_TRY(const auto doc, json::parse(std::string(json)));
  const std::string_view use = json::string_or(doc.root(), "use");
  if (use.empty())
    return fail(Errc::configuration,
                "a plugin is named by {\"use\": ..., \"config\": {...}}, but 'use' is missing");
  PluginSpec spec{std::string(use), "{}"};
  if (const json::Value* config = json::find(doc.root(), "config"))
    spec.config_json = json::dump(*config);
  return spec;
}

}  // namespace claif::plugin

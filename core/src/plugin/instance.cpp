#include "plugin/instance.hpp"

#include "base/ids.hpp"
#include "base/schema.hpp"
#include "base/sha256.hpp"
#include "plugin/host_services.hpp"

#include <claif/sdk/text.hpp>

#include <map>
#include <mutex>

namespace claif::plugin {
namespace {

// The instances that exist. Asked only when something went wrong.
struct Living {
  std::mutex mutex;
  std::map<uint64_t, Instance*> by_generation;
};
Living& living() {
  static Living& all = *new Living;  // instances may outlive static objects
  return all;
}

}  // namespace

Instance::Instance(std::shared_ptr<Module> module, HostServices& services)
    : services_(services),
      module_(std::move(module)),
      id_(module_->descriptor().id),
      generation_(next_number()),
      faults_(services.clock,
              [this, &services](std::string_view what, bool quarantined) {
                if (services.on_fault) services.on_fault(*this, what, quarantined);
              }),
      host_(std::make_unique<HostContext>(services, *this)) {
  const std::lock_guard lock(living().mutex);
  living().by_generation.emplace(generation_, this);
}

void Instance::report(uint64_t generation, std::string_view what) {
  const std::lock_guard lock(living().mutex);
  const auto found = living().by_generation.find(generation);
  if (found != living().by_generation.end()) found->second->faults().report(what);
}

Result<std::unique_ptr<Instance>> Instance::create(std::shared_ptr<Module> module,
                                                   std::string config_json,
                                                   HostServices& services) {
  std::unique_ptr<Instance> out(new Instance(std::move(module), services));
  const claif_descriptor& d = out->module_->descriptor();
  if (CLAIF_HAS(&d, needs) && d.needs != nullptr)
    for (const char* const* need = d.needs; *need != nullptr; ++need)
      if (out->host_->host()->service(out->host_->host(), *need) == nullptr)
        return fail(Errc::configuration, out->id_ + " needs the host service '" + *need +
                                             "', which this host does not offer");
  if (config_json.empty()) config_json = "{}";
  CLAIF_CHECK(check_schema(d.config_schema != nullptr ? d.config_schema : "", config_json,
                           "configuration of " + out->id_));
  claif_error error = sdk::make_error(CLAIF_OK, {});
  void* self = nullptr;
  claif_status status = CLAIF_E_INTERNAL;
  // Not as the noexcept function that it should be: then the compiler would drop the handler.
  claif_status (*const create)(const claif_host*, claif_str, void**, claif_error*) =
      out->module_->entry().create;
  try {
    status = create(out->host_->host(), sdk::str(config_json), &self, &error);
  } catch (...) {
    return fail(Errc::configuration, out->id_ +
                                         " threw an exception from create: rebuild it against the "
                                         "claif SDK, which stops exceptions there");
  }
  out->host_->forbid_children();
  if (status != CLAIF_OK) {
    const std::string text(error.text, std::min<size_t>(error.length, sizeof error.text));
    return fail(Errc::configuration, out->id_ + " refuses its configuration: " +
                                         (text.empty() ? "it gives no reason" : text));
  }
  out->self_ = self;
  out->identity_ =
      out->id_ + " " + (d.version != nullptr ? d.version : "") + " " + hex(sha256(config_json));
  out->created_ = true;
  return out;
}

bool Instance::checked() const {
  return services_.check_plugins;
}

void Instance::report_slow(std::string_view what, std::string_view how) {
  {
    const std::lock_guard lock(slow_mutex_);
    if (!slow_.emplace(what).second) return;
  }
  services_.log.warn("the plugin " + id_ + " " + std::string(how) + " in " + std::string(what) +
                     ": such a call must be quick and never block; set CLAIF_IFACE_BLOCKING, or "
                     "work on the executor");
}

Result<void> Instance::serve(const char* iface) {
  iface_ = module_->entry().iface(self_, iface);
  if (iface_ != nullptr) return {};
  return fail(Errc::configuration,
              id_ + " offers no " + iface + ": use a plugin of that kind here");
}

void Instance::retire() {
  host_->drop_timers();
  host_->retire_children();
}

uint32_t Instance::in_flight() const {
  return in_flight_.load(std::memory_order_acquire) + host_->children_in_flight();
}

Instance::~Instance() {
  {
    const std::lock_guard lock(living().mutex);
    living().by_generation.erase(generation_);
  }
  retire();
  if (created_) module_->entry().destroy(self_);
}

}  // namespace claif::plugin

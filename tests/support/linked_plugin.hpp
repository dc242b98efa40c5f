// Plugins made of classes of the test itself, linked in, and reachable through a pointer.
#pragma once

#include "plugin/host_services.hpp"
#include "plugin/instance.hpp"
#include "plugin/module.hpp"
#include "plugin/slot.hpp"

#include <claif/plugin.hpp>

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace claif::test {

// The entry of a class that is a plugin (see claif/plugin.hpp); or, when it has a static
// `const void* table(const char* iface)`, of one with handmade tables.
template <class P>
const claif_entry* linked_entry(uint32_t) noexcept {
  static constexpr const char* provides[] = {P::kIface, nullptr};
  static constexpr claif_descriptor descriptor{
      sizeof descriptor, CLAIF_ABI_MINOR, 0,       "test.plugin", "test",
      "1.0.0",           "MIT",           nullptr, provides,      nullptr};
  if constexpr (requires { P::table(""); }) {
    static constexpr claif_entry entry{
        sizeof entry,
        CLAIF_ABI_MAJOR,
        &descriptor,
        [](const claif_host*, claif_str, void** self, claif_error*) noexcept -> claif_status {
          *self = new P;
          return CLAIF_OK;
        },
        [](void* self) noexcept { delete static_cast<P*>(self); },
        [](void*, const char* iface) noexcept { return P::table(iface); }};
    return &entry;
  } else {
    static constexpr claif_entry entry{
        sizeof entry,          CLAIF_ABI_MAJOR,        &descriptor,
        &sdk::Glue<P>::create, &sdk::Glue<P>::destroy, &sdk::Glue<P>::iface};
    return &entry;
  }
}

// A slot filled with a P, and the P.
template <class P>
struct Placed {
  std::unique_ptr<plugin::Slot> slot;
  P* plugin = nullptr;
  plugin::Instance* instance = nullptr;
  P* operator->() const { return plugin; }
};

template <class P>
Placed<P> place(const std::string& name, plugin::HostServices& services) {
  Placed<P> out;
  auto module = plugin::Module::link({"test", &linked_entry<P>});
  if (!module) throw std::runtime_error(module.error().message);
  auto instance = plugin::Instance::create(std::move(*module), "{}", services);
  if (!instance) throw std::runtime_error(instance.error().message);
  if (const auto served = (*instance)->serve(P::kIface); !served)
    throw std::runtime_error(served.error().message);
  out.instance = instance->get();
  out.plugin = static_cast<P*>(out.instance->self());
  out.slot = std::make_unique<plugin::Slot>(name, std::move(*instance));
  return out;
}

}  // namespace claif::test

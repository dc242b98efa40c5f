// Everything that a C++ plugin needs. A plugin is a class in an anonymous namespace and one line:
//
//   CLAIF_PLUGIN(MyStrategy, "com.example.my-strategy", "1.0.0")
//
// The class needs a constructor from (sdk::Host, const sdk::Config&), (sdk::Host) or (), and the
// members of at least one kind: see approval.hpp, observer.hpp, hook.hpp, cache.hpp,
// session_store.hpp, transport.hpp and tools.hpp. It may have
//   static constexpr const char* kConfigSchema   JSON Schema of its configuration
//   static constexpr bool kBlocking = true       its calls may block: the host makes them on a pool
// Exceptions stop at the boundary: each becomes the safe answer of its kind.
#pragma once

#include <claif/abi/entry.h>
#include <claif/sdk/approval.hpp>
#include <claif/sdk/cache.hpp>
#include <claif/sdk/config.hpp>
#include <claif/sdk/hook.hpp>
#include <claif/sdk/host.hpp>
#include <claif/sdk/observer.hpp>
#include <claif/sdk/session_store.hpp>
#include <claif/sdk/tools.hpp>
#include <claif/sdk/transport.hpp>

#include <array>
#include <concepts>
#include <memory>
#include <string_view>

namespace claif::sdk {

template <class P>
concept Constructible = std::constructible_from<P, Host, const Config&> ||
    std::constructible_from<P, Host> || std::default_initializable<P>;

template <class P>
concept Plugin = Constructible<P> &&(Approval<P> || Observer<P> || Hook<P> || Cache<P> ||
                                     SessionStore<P> || Transport<P> || Tools<P>);

// Constant tables for one plugin class. Nothing here is called by authors.
template <Plugin P>
class Glue {
 public:
  static claif_status create(const claif_host* host,
                             claif_str config,
                             void** self,
                             claif_error* error) noexcept {
    try {
      *self = make(Host(host), view(config)).release();
      return CLAIF_OK;
    } catch (...) {
      return fill_from_current_exception(error);
    }
  }
  static void destroy(void* self) noexcept { delete static_cast<P*>(self); }

  static const void* iface(void*, const char* id) noexcept {
    const std::string_view wanted(id);
    if constexpr (Approval<P>) {
      static constexpr claif_approval_v1 table{sizeof table, kFlags, &ApprovalGlue<P>::decide};
      if (wanted == CLAIF_APPROVAL_ID) return &table;
    }
    if constexpr (Observer<P>) {
      static constexpr claif_observer_v1 table{sizeof table, 0, P::kInterest,
                                               &ObserverGlue<P>::on_events};
      if (wanted == CLAIF_OBSERVER_ID) return &table;
    }
    if constexpr (Hook<P>) {
      static constexpr claif_hook_v1 table{sizeof table, kFlags, HookGlue<P>::kPhases, 0,
                                           &HookGlue<P>::run};
      if (wanted == CLAIF_HOOK_ID) return &table;
    }
    if constexpr (Cache<P>) {
      static constexpr claif_cache_v1 table{sizeof table, kFlags, &CacheGlue<P>::get,
                                            &CacheGlue<P>::put, &CacheGlue<P>::erase};
      if (wanted == CLAIF_CACHE_ID) return &table;
    }
    if constexpr (SessionStore<P>) {
      static constexpr claif_store_v1 table = StoreGlue<P>::table(kFlags);
      if (wanted == CLAIF_SESSION_STORE_ID) return &table;
    }
    if constexpr (Transport<P>) {
      static constexpr claif_transport_v1 table{sizeof table,
                                                0,
                                                &TransportGlue<P>::start,
                                                &TransportGlue<P>::resume,
                                                &TransportGlue<P>::cancel,
                                                &TransportGlue<P>::models,
                                                &TransportGlue<P>::preview};
      if (wanted == CLAIF_TRANSPORT_ID) return &table;
    }
    if constexpr (Tools<P>) {
      static constexpr claif_tools_v1 table{sizeof table, kFlags, &ToolsGlue<P>::list,
                                            &ToolsGlue<P>::invoke, &ToolsGlue<P>::cancel};
      if (wanted == CLAIF_TOOLS_ID) return &table;
    }
    return nullptr;
  }

  static constexpr auto provides() {
    std::array<const char*, 8> ids{};
    size_t n = 0;
    if (Approval<P>) ids[n++] = CLAIF_APPROVAL_ID;
    if (Observer<P>) ids[n++] = CLAIF_OBSERVER_ID;
    if (Hook<P>) ids[n++] = CLAIF_HOOK_ID;
    if (Cache<P>) ids[n++] = CLAIF_CACHE_ID;
    if (SessionStore<P>) ids[n++] = CLAIF_SESSION_STORE_ID;
    if (Transport<P>) ids[n++] = CLAIF_TRANSPORT_ID;
    if (Tools<P>) ids[n++] = CLAIF_TOOLS_ID;
    return ids;
  }
  static constexpr const char* schema() {
    if constexpr (requires { P::kConfigSchema; })
      return P::kConfigSchema;
    else
      return nullptr;
  }
  static constexpr const char* const* needs() {
    if constexpr (requires { P::kNeeds; })
      return P::kNeeds;  // NULL-terminated array
    else
      return nullptr;
  }

 private:
  static constexpr bool blocking() {
    if constexpr (requires { P::kBlocking; })
      return P::kBlocking;
    else
      return false;
  }
  static constexpr uint32_t kFlags = blocking() ? uint32_t{CLAIF_IFACE_BLOCKING} : 0u;

  static std::unique_ptr<P> make(Host host, std::string_view config) {
    if constexpr (std::constructible_from<P, Host, const Config&>)
      return std::make_unique<P>(host, Config(config));
    else if constexpr (std::constructible_from<P, Host>)
      return std::make_unique<P>(host);
    else
      return std::make_unique<P>();
  }
};

}  // namespace claif::sdk

#define CLAIF_PLUGIN(Type, plugin_id, plugin_version)                                           \
  static_assert(claif::sdk::Plugin<Type>, #Type                                                 \
                " has the members of no plugin kind, or no constructor that the SDK can call"); \
  extern "C" CLAIF_EXPORT const claif_entry* CLAIF_ENTRY(uint32_t) noexcept {                   \
    static constexpr auto provides = claif::sdk::Glue<Type>::provides();                        \
    static constexpr claif_descriptor descriptor{sizeof descriptor,                             \
                                                 CLAIF_ABI_MINOR,                               \
                                                 0,                                             \
                                                 plugin_id,                                     \
                                                 #Type,                                         \
                                                 plugin_version,                                \
                                                 "MIT",                                         \
                                                 claif::sdk::Glue<Type>::schema(),              \
                                                 provides.data(),                               \
                                                 claif::sdk::Glue<Type>::needs()};              \
    static constexpr claif_entry entry{sizeof entry,                                            \
                                       CLAIF_ABI_MAJOR,                                         \
                                       &descriptor,                                             \
                                       &claif::sdk::Glue<Type>::create,                         \
                                       &claif::sdk::Glue<Type>::destroy,                        \
                                       &claif::sdk::Glue<Type>::iface};                         \
    return &entry;                                                                              \
  }                                                                                             \
  static_assert(true, "the line ends with a semicolon or not")

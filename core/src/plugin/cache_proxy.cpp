#include "plugin/cache_proxy.hpp"

#include <claif/abi/cache.h>
#include <claif/sdk/text.hpp>

namespace claif::plugin {

Task<std::optional<std::string>> cache_get(CallSite site, std::string key, Millis deadline) {
  auto invoke = [key = std::move(key)](const claif_cache_v1& table, void* self, claif_op* op) {
    table.get(self, sdk::str(key), op);
  };
  auto call = call_plugin<claif_cache_v1>(site, deadline, "get", OnInternalError::is_a_fault,
                                          nullptr, std::move(invoke));
  OpResult result = co_await std::move(call);
  std::optional<std::string> value;
  if (result.status == CLAIF_OK && result.has_value) value.emplace(result.value.view());
  co_return value;
}

Task<bool> cache_put(
    CallSite site, std::string key, std::string value, Millis ttl, Millis deadline) {
  auto invoke = [key = std::move(key), value = std::move(value), ttl](const claif_cache_v1& table,
                                                                      void* self, claif_op* op) {
    table.put(self, sdk::str(key), sdk::str(value), static_cast<uint64_t>(ttl.count()), op);
  };
  auto call = call_plugin<claif_cache_v1>(site, deadline, "put", OnInternalError::is_a_fault,
                                          nullptr, std::move(invoke));
  OpResult result = co_await std::move(call);
  co_return result.status == CLAIF_OK;
}

}  // namespace claif::plugin

#include "plugin/store_proxy.hpp"

#include "plugin/status.hpp"

#include <claif/abi/session_store.h>
#include <claif/sdk/text.hpp>

#include <charconv>

namespace claif::plugin {

Task<Result<std::vector<std::string>>> store_load(CallSite site,
                                                  std::string session,
                                                  Millis deadline) {
  Items items;
  auto invoke = [session = std::move(session)](const claif_store_v1& table, void* self,
                                               claif_op* op) {
    table.load(self, sdk::str(session), op);
  };
  auto call = call_plugin<claif_store_v1>(site, deadline, "load", OnInternalError::is_an_answer,
                                          &items, std::move(invoke));
  OpResult result = co_await std::move(call);
  if (result.status != CLAIF_OK) co_return to_error(result, "loading the session");
  std::vector<std::string> records;
  for (auto& [kind, bytes] : items)
    if (kind == CLAIF_EMIT_RECORD) records.push_back(std::move(bytes));
  co_return records;
}

Task<Result<uint64_t>> store_append(
    CallSite site, std::string session, uint64_t expect, std::string record, Millis deadline) {
  auto invoke = [session = std::move(session), expect, record = std::move(record)](
                    const claif_store_v1& table, void* self, claif_op* op) {
    table.append(self, sdk::str(session), expect, sdk::str(record), op);
  };
  auto call = call_plugin<claif_store_v1>(site, deadline, "append", OnInternalError::is_an_answer,
                                          nullptr, std::move(invoke));
  OpResult result = co_await std::move(call);
  if (result.status != CLAIF_OK) co_return to_error(result, "storing the session");
  uint64_t count = 0;
  const std::string_view digits = result.value.view();
  std::from_chars(digits.data(), digits.data() + digits.size(), count);
  co_return count;
}

Task<Result<void>> store_erase(CallSite site, std::string session, Millis deadline) {
  auto invoke = [session = std::move(session)](const claif_store_v1& table, void* self,
                                               claif_op* op) {
    table.erase(self, sdk::str(session), op);
  };
  auto call = call_plugin<claif_store_v1>(site, deadline, "erase", OnInternalError::is_an_answer,
                                          nullptr, std::move(invoke));
  const OpResult result = co_await std::move(call);
  if (result.status != CLAIF_OK) co_return to_error(result, "erasing the session");
  co_return Result<void>();
}

Task<Result<SessionPage>> store_list(CallSite site,
                                     std::string cursor,
                                     uint32_t limit,
                                     Millis deadline) {
  Items items;
  auto invoke = [cursor = std::move(cursor), limit](const claif_store_v1& table, void* self,
                                                    claif_op* op) {
    table.list(self, sdk::str(cursor), limit, op);
  };
  auto call = call_plugin<claif_store_v1>(site, deadline, "list", OnInternalError::is_an_answer,
                                          &items, std::move(invoke));
  OpResult result = co_await std::move(call);
  if (result.status != CLAIF_OK) co_return to_error(result, "listing sessions");
  SessionPage page;
  for (auto& [kind, bytes] : items)
    if (kind == CLAIF_EMIT_ITEM) page.items.push_back(std::move(bytes));
  if (result.has_value) page.next = result.value.view();
  co_return page;
}

}  // namespace claif::plugin

#include "plugin/store_proxy.hpp"

#include "base/json.hpp"
#include "plugin/status.hpp"

#include <claif/abi/session_store.h>
#include <claif/sdk/text.hpp>

#include <algorithm>
#include <charconv>

namespace claif::plugin {
namespace {

uint64_t number_in(const OpResult& result) {
  uint64_t out = 0;
  const std::string_view digits = result.value.view();
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

std::vector<std::string> taken(Items& items, uint32_t wanted) {
  std::vector<std::string> out;
  for (auto& [kind, bytes] : items)
    if (kind == wanted) out.push_back(std::move(bytes));
  return out;
}

void unsupported(claif_op* op) {
  claif_error error = sdk::make_error(CLAIF_E_UNSUPPORTED, "this session store cannot do that");
  op->finish(op, CLAIF_E_UNSUPPORTED, nullptr, &error);
}

// A store has all of the later functions or none.
bool is_full(const claif_store_v1& table) {
  return CLAIF_HAS(&table, maintain) && table.maintain != nullptr;
}

// `invoke` for stores that can do it.
template <class Invoke>
Task<OpResult> call_store(
    CallSite site, Millis deadline, std::string_view what, Items* items, Invoke invoke) {
  auto checked = [invoke = std::move(invoke)](const claif_store_v1& table, void* self,
                                              claif_op* op) {
    if (!is_full(table)) return unsupported(op);
    invoke(table, self, op);
  };
  auto call = call_plugin<claif_store_v1>(site, deadline, what, OnInternalError::is_an_answer,
                                          items, std::move(checked));
  co_return co_await std::move(call);
}

}  // namespace

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
  co_return taken(items, CLAIF_EMIT_RECORD);
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
  co_return number_in(result);
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
  co_return SessionPage{taken(items, CLAIF_EMIT_ITEM), std::string(result.value.view())};
}

Task<Result<SessionTail>> store_read(CallSite site,
                                     std::string session,
                                     uint64_t after,
                                     Millis deadline) {
  Items items;
  auto invoke = [session = std::move(session), after](const claif_store_v1& table, void* self,
                                                      claif_op* op) {
    if (is_full(table))
      table.read(self, sdk::str(session), after, op);
    else
      table.load(self, sdk::str(session), op);
  };
  auto call = call_plugin<claif_store_v1>(site, deadline, "read", OnInternalError::is_an_answer,
                                          &items, std::move(invoke));
  OpResult result = co_await std::move(call);
  SessionTail out;
  out.records = taken(items, CLAIF_EMIT_RECORD);
  if (result.status == CLAIF_E_INTERNAL && !out.records.empty()) {
    out.damage = result.error.empty() ? "the session is damaged" : result.error;
    out.count = after == CLAIF_SEQ_ANY ? 0 : after + out.records.size();
    co_return out;
  }
  if (result.status != CLAIF_OK) co_return to_error(result, "reading the session");
  if (!result.has_value) {  // a load
    out.count = out.records.size();
    const auto known = static_cast<ptrdiff_t>(std::min(after, out.count));
    out.records.erase(out.records.begin(), out.records.begin() + known);
    co_return out;
  }
  const auto told = json::parse(std::string(result.value.view()));
  if (!told) co_return fail(Errc::internal, "the session store answered a read with no JSON");
  out.count = static_cast<uint64_t>(json::integer_or(told->root(), "records"));
  out.base = static_cast<uint64_t>(json::integer_or(told->root(), "base"));
  out.epoch = json::string_or(told->root(), "epoch");
  co_return out;
}

Task<Result<uint64_t>> store_append_once(CallSite site, OnceRecord record, Millis deadline) {
  auto invoke = [record = std::move(record)](const claif_store_v1& table, void* self,
                                             claif_op* op) {
    if (!is_full(table))
      return table.append(self, sdk::str(record.session), record.expect, sdk::str(record.record),
                          op);
    const claif_append raw{sizeof raw,
                           0,
                           record.expect,
                           sdk::str(record.session),
                           sdk::str(record.id),
                           sdk::str(record.epoch),
                           sdk::str(record.record)};
    table.append_once(self, &raw, op);
  };
  auto call = call_plugin<claif_store_v1>(site, deadline, "append", OnInternalError::is_an_answer,
                                          nullptr, std::move(invoke));
  OpResult result = co_await std::move(call);
  if (result.status != CLAIF_OK) co_return to_error(result, "storing the session");
  co_return number_in(result);
}

Task<Result<void>> store_compact(
    CallSite site, std::string session, uint64_t upto, std::string record, Millis deadline) {
  auto invoke = [session = std::move(session), upto, record = std::move(record)](
                    const claif_store_v1& table, void* self, claif_op* op) {
    table.compact(self, sdk::str(session), upto, sdk::str(record), op);
  };
  auto call = call_store(site, deadline, "compact", nullptr, std::move(invoke));
  const OpResult result = co_await std::move(call);
  if (result.status != CLAIF_OK) co_return to_error(result, "compacting the session");
  co_return Result<void>();
}

Task<Result<void>> store_describe(CallSite site, SessionDescription description, Millis deadline) {
  auto invoke = [d = std::move(description)](const claif_store_v1& table, void* self,
                                             claif_op* op) {
    const claif_description raw{sizeof raw,          0,
                                d.records,           d.from,
                                sdk::str(d.session), sdk::str(d.epoch),
                                sdk::str(d.listing), sdk::str(d.title),
                                sdk::str(d.text)};
    table.describe(self, &raw, op);
  };
  auto call = call_store(site, deadline, "describe", nullptr, std::move(invoke));
  const OpResult result = co_await std::move(call);
  if (result.status != CLAIF_OK) co_return to_error(result, "describing the session");
  co_return Result<void>();
}

Task<Result<std::vector<std::string>>> store_undescribed(CallSite site,
                                                         uint32_t limit,
                                                         Millis deadline) {
  Items items;
  auto invoke = [limit](const claif_store_v1& table, void* self, claif_op* op) {
    table.undescribed(self, limit, op);
  };
  auto call = call_store(site, deadline, "undescribed", &items, std::move(invoke));
  const OpResult result = co_await std::move(call);
  if (result.status != CLAIF_OK) co_return to_error(result, "looking for changed sessions");
  std::vector<std::string> ids;
  for (const std::string& item : taken(items, CLAIF_EMIT_ITEM)) {
    const auto doc = json::parse(item);
    if (doc) ids.emplace_back(json::string_or(doc->root(), "id"));
  }
  co_return ids;
}

Task<Result<SessionPage>> store_find(CallSite site, SessionFilter filter, Millis deadline) {
  Items items;
  auto invoke = [f = std::move(filter)](const claif_store_v1& table, void* self, claif_op* op) {
    const claif_query raw{sizeof raw,
                          0,
                          sdk::str(f.text),
                          sdk::str(f.match),
                          sdk::str(f.cursor),
                          f.since_ms,
                          f.until_ms,
                          f.limit,
                          0};
    table.find(self, &raw, op);
  };
  auto call = call_store(site, deadline, "find", &items, std::move(invoke));
  OpResult result = co_await std::move(call);
  if (result.status != CLAIF_OK) co_return to_error(result, "listing sessions");
  co_return SessionPage{taken(items, CLAIF_EMIT_ITEM), std::string(result.value.view())};
}

Task<Result<uint64_t>> store_restore(CallSite site,
                                     std::string session,
                                     RestoreFrom from,
                                     Millis deadline) {
  auto invoke = [session = std::move(session), from](const claif_store_v1& table, void* self,
                                                     claif_op* op) {
    table.restore(self, sdk::str(session), static_cast<uint32_t>(from), op);
  };
  auto call = call_store(site, deadline, "restore", nullptr, std::move(invoke));
  OpResult result = co_await std::move(call);
  if (result.status != CLAIF_OK) co_return to_error(result, "restoring the session");
  co_return number_in(result);
}

Task<Result<void>> store_maintain(CallSite site, Millis trash, Millis deadline) {
  auto invoke = [trash](const claif_store_v1& table, void* self, claif_op* op) {
    table.maintain(self, static_cast<uint64_t>(trash.count()), op);
  };
  auto call = call_store(site, deadline, "maintain", nullptr, std::move(invoke));
  const OpResult result = co_await std::move(call);
  if (result.status != CLAIF_OK) co_return to_error(result, "maintaining the session store");
  co_return Result<void>();
}

}  // namespace claif::plugin

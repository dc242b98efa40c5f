#include <claif/plugin.hpp>
#include <claif/testing/fake_host.hpp>

#include <chrono>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using namespace claif;
using claif::testing::FakeHost;
using claif::testing::FakeOp;

constexpr const char* kWhy = "broken on purpose";
[[noreturn]] void fail() {
  throw sdk::Error(kWhy, CLAIF_E_UNAVAILABLE, 7);
}

struct ThrowingApproval {
  sdk::Verdict decide(const sdk::ToolCall&) { fail(); }
};
struct ThrowingLateApproval {
  void decide(const sdk::ToolCall&, sdk::PendingVerdict) { throw 7; }
};
struct ThrowingObserver {
  static constexpr uint64_t kInterest = sdk::interest(CLAIF_EV_REQUEST, CLAIF_EV_PLUGIN);
  void on_events(sdk::Events) { fail(); }
};
struct ThrowingHook {
  sdk::HookResult on_request(const sdk::HookInput&) { fail(); }
  sdk::HookResult on_event(const sdk::HookInput&) { fail(); }
  void on_response(const sdk::HookInput&) { fail(); }
};
struct ThrowingCache {
  sdk::CacheValue get(std::string_view) { fail(); }
  void put(std::string_view, std::string_view, std::chrono::milliseconds) { fail(); }
  void erase(std::string_view) { fail(); }
};
struct ThrowingStore {
  void load(std::string_view, sdk::Op& op) {
    op.emit(CLAIF_EMIT_RECORD, "{}");
    fail();
  }
  void append(std::string_view, uint64_t, std::string_view, sdk::Op&) { fail(); }
  void list(std::string_view, uint32_t, sdk::Op&) { fail(); }
  void erase(std::string_view, sdk::Op&) { fail(); }
};
struct ThrowingFullStore : ThrowingStore {
  void read(std::string_view, uint64_t, sdk::Op&) { fail(); }
  void append_once(const sdk::AppendOnce&, sdk::Op&) { fail(); }
  void compact(std::string_view, uint64_t, std::string_view, sdk::Op&) { fail(); }
  void describe(const sdk::Description&, sdk::Op&) { fail(); }
  void undescribed(uint32_t, sdk::Op&) { fail(); }
  void find(const sdk::SessionQuery&, sdk::Op&) { fail(); }
  void restore(std::string_view, uint32_t, sdk::Op&) { fail(); }
  void maintain(uint64_t, sdk::Op&) { fail(); }
};
struct ThrowingTransport {
  void start(const sdk::Request&, sdk::Op) { fail(); }
  void resume(uint64_t) { fail(); }
  void cancel(uint64_t) { fail(); }
};
struct ThrowingTools {
  void list(sdk::Op) { fail(); }
  void invoke(const sdk::ToolCall&, sdk::Op) { fail(); }
  void cancel(uint64_t) { fail(); }
};
struct ThrowingConstructor : ThrowingCache {
  explicit ThrowingConstructor(sdk::Host) { fail(); }
};

template <class Table, class P>
const Table& table() {
  return *static_cast<const Table*>(sdk::Glue<P>::iface(nullptr, claif::testing::kIfaceId<Table>));
}

claif_tool_call tool_call() {
  claif_tool_call call{};
  call.size = sizeof call;
  call.tool = sdk::str("bash");
  call.args_sha256[0] = 9;
  return call;
}

void expect_failed(const FakeOp& op, claif_status code = CLAIF_E_UNAVAILABLE) {
  EXPECT_EQ(op.finish_count(), 1u);
  EXPECT_EQ(op.status(), code);
  EXPECT_EQ(op.value(), std::nullopt);
}

TEST(Glue, AThrowingApprovalDenies) {
  ThrowingApproval plugin;
  const claif_tool_call call = tool_call();
  claif_verdict verdict{};
  verdict.size = sizeof verdict;
  verdict.decision = CLAIF_ALLOW;
  FakeOp op;
  const auto& approval = table<claif_approval_v1, ThrowingApproval>();
  EXPECT_LT(approval.decide(&plugin, &call, &verdict, op.raw()), 0);
  EXPECT_EQ(verdict.decision, CLAIF_DENY);
  EXPECT_EQ(std::string_view(verdict.reason, verdict.length), kWhy);
  EXPECT_FALSE(op.finished());
}

TEST(Glue, AThrowingLateApprovalFailsItsOperation) {
  ThrowingLateApproval plugin;
  const claif_tool_call call = tool_call();
  claif_verdict verdict{};
  verdict.size = sizeof verdict;
  FakeOp op;
  const auto& approval = table<claif_approval_v1, ThrowingLateApproval>();
  EXPECT_EQ(approval.decide(&plugin, &call, &verdict, op.raw()), CLAIF_PENDING);
  EXPECT_EQ(verdict.decision, CLAIF_DENY);
  expect_failed(op, CLAIF_E_INTERNAL);
}

TEST(Glue, AVerdictHonoursTheSizeOfTheHostsStruct) {
  const claif_tool_call call = tool_call();
  claif_verdict verdict{};
  verdict.size = offsetof(claif_verdict, risk);
  verdict.risk = 77;
  verdict.length = 77;
  sdk::Verdict::allow("because").with_risk(3).store(call, &verdict);
  EXPECT_EQ(verdict.decision, CLAIF_ALLOW);
  EXPECT_EQ(verdict.args_sha256[0], 9);
  EXPECT_EQ(verdict.risk, 77);
  EXPECT_EQ(verdict.length, 77u);
}

TEST(Glue, AnAnsweredPendingVerdictIsTheBlobAndADroppedOneFails) {
  const claif_tool_call call = tool_call();
  FakeOp answered, dropped;
  sdk::PendingVerdict(sdk::Op(answered.raw()), sdk::ToolCall(&call)).answer(sdk::Verdict::allow());
  { sdk::PendingVerdict unused(sdk::Op(dropped.raw()), sdk::ToolCall(&call)); }
  ASSERT_EQ(answered.value().value_or("").size(), sizeof(claif_verdict));
  claif_verdict verdict{};
  std::memcpy(&verdict, answered.value()->data(), sizeof verdict);
  EXPECT_EQ(verdict.decision, CLAIF_ALLOW);
  EXPECT_EQ(verdict.args_sha256[0], 9);
  expect_failed(dropped, CLAIF_E_INTERNAL);
}

TEST(Glue, AThrowingObserverIsSilent) {
  ThrowingObserver plugin;
  const auto& observer = table<claif_observer_v1, ThrowingObserver>();
  observer.on_events(&plugin, nullptr, 0);
  EXPECT_EQ(observer.interest, (1u << CLAIF_EV_REQUEST) | (1u << CLAIF_EV_PLUGIN));
}

TEST(Glue, AThrowingHookRefusesWithItsError) {
  ThrowingHook plugin;
  for (const uint32_t phase : {CLAIF_PHASE_REQUEST, CLAIF_PHASE_EVENT, CLAIF_PHASE_RESPONSE}) {
    claif_hook_input input{};
    input.size = sizeof input;
    input.phase = phase;
    FakeOp op;
    table<claif_hook_v1, ThrowingHook>().run(&plugin, &input, op.raw());
    expect_failed(op);
    EXPECT_EQ(op.error_text(), kWhy);
    EXPECT_EQ(op.retry_after_ms(), 7u);
  }
}

TEST(Glue, AThrowingCacheFailsAndNeverHits) {
  ThrowingCache plugin;
  const auto& cache = table<claif_cache_v1, ThrowingCache>();
  FakeOp get, put, erase;
  cache.get(&plugin, {}, get.raw());
  cache.put(&plugin, {}, {}, std::numeric_limits<uint64_t>::max(), put.raw());
  cache.erase(&plugin, {}, erase.raw());
  for (const FakeOp* op : {&get, &put, &erase})
    expect_failed(*op);
}

TEST(Glue, AThrowingStoreFailsAfterWhatItEmitted) {
  ThrowingStore plugin;
  const auto& store = table<claif_store_v1, ThrowingStore>();
  FakeOp load, append, list, erase;
  store.load(&plugin, {}, load.raw());
  store.append(&plugin, {}, 0, {}, append.raw());
  store.list(&plugin, {}, 1, list.raw());
  store.erase(&plugin, {}, erase.raw());
  EXPECT_EQ(load.emits().size(), 1u);
  for (const FakeOp* op : {&load, &append, &list, &erase})
    expect_failed(*op);
}

TEST(Glue, AThrowingStoreThatCanMoreFailsThereToo) {
  ThrowingFullStore plugin;
  const auto& store = table<claif_store_v1, ThrowingFullStore>();
  claif_append record{};
  claif_description description{};
  claif_query query{};
  FakeOp read, append, compact, describe, undescribed, find, restore, maintain;
  store.read(&plugin, {}, 0, read.raw());
  store.append_once(&plugin, &record, append.raw());
  store.compact(&plugin, {}, 1, {}, compact.raw());
  store.describe(&plugin, &description, describe.raw());
  store.undescribed(&plugin, 1, undescribed.raw());
  store.find(&plugin, &query, find.raw());
  store.restore(&plugin, {}, CLAIF_RESTORE_TRASH, restore.raw());
  store.maintain(&plugin, 0, maintain.raw());
  for (const FakeOp* op :
       {&read, &append, &compact, &describe, &undescribed, &find, &restore, &maintain})
    expect_failed(*op);
}

TEST(Glue, AStoreWithoutTheLaterFunctionsLeavesThemNull) {
  const auto& store = table<claif_store_v1, ThrowingStore>();
  EXPECT_EQ(store.read, nullptr);
  EXPECT_EQ(store.append_once, nullptr);
  EXPECT_EQ(store.maintain, nullptr);
}

TEST(Glue, AThrowingTransportFailsItsOperationAndIgnoresHints) {
  ThrowingTransport plugin;
  const auto& transport = table<claif_transport_v1, ThrowingTransport>();
  claif_request request{};
  request.size = sizeof request;
  FakeOp op, models, preview;
  transport.start(&plugin, &request, op.raw());
  transport.resume(&plugin, op.id());
  transport.cancel(&plugin, op.id());
  transport.models(&plugin, models.raw());
  transport.preview(&plugin, &request, preview.raw());
  expect_failed(op, CLAIF_E_INTERNAL);
  expect_failed(models, CLAIF_E_UNSUPPORTED);
  expect_failed(preview, CLAIF_E_UNSUPPORTED);
}

TEST(Glue, ARequestOfAnOlderHostHasNoQuery) {
  claif_request request{};
  request.query = sdk::str("beta=true");
  request.size = sizeof request;
  EXPECT_EQ(sdk::Request(&request).query(), "beta=true");
  request.size = offsetof(claif_request, query);
  EXPECT_EQ(sdk::Request(&request).query(), "");
}

TEST(Glue, ThrowingToolsFailTheirOperations) {
  ThrowingTools plugin;
  const auto& tools = table<claif_tools_v1, ThrowingTools>();
  const claif_tool_call call = tool_call();
  FakeOp list, invoke;
  tools.list(&plugin, list.raw());
  tools.invoke(&plugin, &call, invoke.raw());
  tools.cancel(&plugin, 1);
  expect_failed(list, CLAIF_E_INTERNAL);
  expect_failed(invoke, CLAIF_E_INTERNAL);
}

TEST(Glue, AThrowingConstructorSaysWhy) {
  FakeHost host;
  void* self = nullptr;
  claif_error error{};
  error.size = sizeof error;
  EXPECT_EQ(sdk::Glue<ThrowingConstructor>::create(host.raw(), {}, &self, &error),
            CLAIF_E_UNAVAILABLE);
  EXPECT_EQ(self, nullptr);
  EXPECT_EQ(std::string_view(error.text, error.length), kWhy);
}

TEST(Glue, OffersOnlyWhatThePluginHas) {
  EXPECT_EQ(sdk::Glue<ThrowingCache>::iface(nullptr, CLAIF_HOOK_ID), nullptr);
  EXPECT_EQ(sdk::Glue<ThrowingCache>::iface(nullptr, "claif.cache/2"), nullptr);
  EXPECT_STREQ(sdk::Glue<ThrowingCache>::provides()[0], CLAIF_CACHE_ID);
  EXPECT_EQ(sdk::Glue<ThrowingCache>::provides()[1], nullptr);
}

TEST(Config, NamesTheKeyThatIsWrong) {
  const sdk::Config config(
      R"({"n":"x","size":"1 apple","wait":"2m","map":{"a":"b"},"bytes":"2KiB"})");
  for (const auto& read : {+[](const sdk::Config& c) { c.integer("n"); },
                           +[](const sdk::Config& c) { c.bytes("size", 0); },
                           +[](const sdk::Config& c) { c.string("none"); }}) {
    try {
      read(config);
      ADD_FAILURE() << "accepted";
    } catch (const sdk::Error& e) {
      EXPECT_EQ(e.code(), CLAIF_E_ARG);
      EXPECT_EQ(e.what()[0], '\'') << e.what();
    }
  }
  EXPECT_EQ(config.duration_ms("wait", 0), 120'000u);
  EXPECT_EQ(config.bytes("bytes", 0), 2048u);
  EXPECT_EQ(config.string_map("map").at(0).second, "b");
  EXPECT_EQ(config.object("map"), R"({"a":"b"})");
}

TEST(Abi, IdsNeverChange) {
  EXPECT_STREQ(CLAIF_APPROVAL_ID, "claif.approval/1");
  EXPECT_STREQ(CLAIF_OBSERVER_ID, "claif.observer/1");
  EXPECT_STREQ(CLAIF_HOOK_ID, "claif.hook/1");
  EXPECT_STREQ(CLAIF_CACHE_ID, "claif.cache/1");
  EXPECT_STREQ(CLAIF_SESSION_STORE_ID, "claif.session-store/1");
  EXPECT_STREQ(CLAIF_TRANSPORT_ID, "claif.transport/1");
  EXPECT_STREQ(CLAIF_TOOLS_ID, "claif.tools/1");
  EXPECT_STREQ(CLAIF_LOG_ID, "claif.log/1");
  EXPECT_STREQ(CLAIF_CLOCK_ID, "claif.clock/1");
  EXPECT_STREQ(CLAIF_RANDOM_ID, "claif.random/1");
  EXPECT_STREQ(CLAIF_EXECUTOR_ID, "claif.executor/1");
  EXPECT_STREQ(CLAIF_SECRETS_ID, "claif.secrets/1");
  EXPECT_STREQ(CLAIF_METRICS_ID, "claif.metrics/1");
  EXPECT_STREQ(CLAIF_PLUGINS_ID, "claif.plugins/1");
  EXPECT_STREQ(CLAIF_HTTP_ID, "claif.http/1");
}

}  // namespace

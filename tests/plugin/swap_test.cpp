// A plugin file is exchanged under load: no call fails, and the old file leaves the process.
#include "host_rig.hpp"
#include "plugin/loader.hpp"
#include "plugin/manager.hpp"

#include <latch>
#include <thread>

namespace claif::plugin {
namespace {

namespace fs = std::filesystem;
using test::HostRig;
using test::TempDir;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int kSwaps = 200;
#else
constexpr int kSwaps = 1000;
#endif

size_t mapped(const fs::path& below) {
  std::ifstream maps("/proc/self/maps");
  size_t n = 0;
  for (std::string line; std::getline(maps, line);)
    n += line.find(below.string()) != std::string::npos;
  return n;
}

size_t files_in(const fs::path& directory) {
  return static_cast<size_t>(
      std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

struct Tally {
  std::atomic<uint64_t> calls{0}, failed{0};
};

// Calls the approval in `slot` as decide does, until told to stop.
void keep_calling(const Slot& slot, const std::atomic<bool>& stop, std::latch& busy, Tally& tally) {
  const ToolCall call = test::tool_call();
  claif_tool_call raw{};
  raw.size = sizeof raw;
  raw.tool = sdk::str(call.tool);
  raw.args_json = sdk::str(call.args_json);
  std::copy(call.args_digest.begin(), call.args_digest.end(), raw.args_sha256);
  uint64_t calls = 0, failed = 0;
  while (!stop.load(std::memory_order_relaxed)) {
    claif_verdict verdict{};
    verdict.size = sizeof verdict;
    {
      const Pin pin(slot);
      const bool ok = pin && call_decide(*pin.get(), raw, verdict, nullptr) == CLAIF_OK &&
                      verdict.decision == CLAIF_ALLOW;
      failed += !ok;
    }
    if (++calls == 1) busy.count_down();
  }
  tally.calls += calls;
  tally.failed += failed;
}

TEST(Swap, OfARealFileUnderLoadFailsNoCallAndLeavesNothingMapped) {
  TempDir dir;
  const fs::path plugins = dir.path() / "plugins", staging = dir.path() / "staging";
  fs::create_directory(plugins);
  fs::permissions(plugins, fs::perms::owner_all);
  const fs::path file = plugins / "approval-allow-list.so";
  test::install(fs::path(CLAIF_TEST_PLUGIN_DIR) / "approval-allow-list.so", file);
  std::atomic<int> still_mapped{0};
  Module::on_still_mapped = [&](std::string_view) { ++still_mapped; };
  {
    HostRig rig;
    PluginManager manager(rig.make_services(), {plugins}, staging, {});
    const PluginSpec spec{"allow-list", R"({"tools": ["read_file"]})"};
    auto slot = manager.fill("approval", kind_of("approval"), spec);
    ASSERT_TRUE(slot) << slot.error().message;

    std::atomic<bool> stop{false};
    std::latch busy(2);
    Tally tally;
    std::thread first([&] { keep_calling(**slot, stop, busy, tally); });
    std::thread second([&] { keep_calling(**slot, stop, busy, tally); });
    busy.wait();
    std::string failure;
    for (int i = 0; i < kSwaps && failure.empty(); ++i) {
      // A byte behind the end makes it another file, so that it is really loaded anew.
      std::ofstream(file, std::ios::binary | std::ios::app) << '\n';
      if (const auto swapped = manager.swap(**slot, kind_of("approval"), spec); !swapped)
        failure = swapped.error().message;
    }
    stop = true;
    first.join();
    second.join();
    EXPECT_EQ(failure, "");
    EXPECT_EQ(tally.failed.load(), 0u);
    EXPECT_EQ(files_in(staging), 1u) << "only the current copy is staged";
    EXPECT_GT(mapped(staging), 0u);
    std::cout << kSwaps << " swaps under " << tally.calls.load() << " calls, "
              << tally.failed.load() << " failed\n";
    RecordProperty("calls", std::to_string(tally.calls.load()));
  }
  Module::on_still_mapped = nullptr;
  EXPECT_EQ(still_mapped.load(), 0);
  EXPECT_EQ(mapped(staging), 0u);
  EXPECT_EQ(files_in(staging), 0u);
}

TEST(Swap, KeepsTheOldInstanceWhenTheNewOneIsRefused) {
  HostRig rig;
  TempDir dir;
  fs::create_directory(dir.path() / "plugins");
  fs::permissions(dir.path() / "plugins", fs::perms::owner_all);
  test::install(fs::path(CLAIF_TEST_PLUGIN_DIR) / "approval-allow-list.so",
                dir.path() / "plugins" / "approval-allow-list.so");
  PluginManager manager(rig.make_services(), {dir.path() / "plugins"}, dir.path() / "staging", {});
  auto slot = manager.fill("approval", kind_of("approval"), {"allow-list", R"({"tools": []})"});
  ASSERT_TRUE(slot) << slot.error().message;
  const uint64_t before = Pin(**slot)->generation();
  EXPECT_FALSE(manager.swap(**slot, kind_of("approval"), {"allow-list", R"({"tolls": []})"}));
  EXPECT_EQ(Pin(**slot)->generation(), before);
}

TEST(Swap, GivesOneFileToAllItsInstances) {
  HostRig rig;
  TempDir dir;
  fs::create_directory(dir.path() / "plugins");
  fs::permissions(dir.path() / "plugins", fs::perms::owner_all);
  test::install(fs::path(CLAIF_TEST_PLUGIN_DIR) / "approval-allow-list.so",
                dir.path() / "plugins" / "approval-allow-list.so");
  Loader loader({dir.path() / "plugins"}, dir.path() / "staging", {});
  const auto first = loader.load("approval", "allow-list");
  const auto second = loader.load("approval", "approval-allow-list");
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->get(), second->get());
}

TEST(Swap, WaitsForACallThatIsPinned) {
  test::RawCache raw;
  HostRig rig;
  Slot slot("cache", test::raw_instance(rig, CLAIF_CACHE_ID, &raw));
  std::latch pinned(1), leave(1);
  std::thread caller([&] {
    const Pin pin(slot);
    pinned.count_down();
    leave.wait();
  });
  pinned.wait();
  EXPECT_FALSE(slot.swap(nullptr, std::chrono::milliseconds(1)));
  EXPECT_FALSE(Pin(slot)) << "the exchange itself has happened";
  leave.count_down();
  caller.join();
  EXPECT_TRUE(slot.swap(nullptr));
}

TEST(Swap, PinsNest) {
  test::RawCache raw;
  HostRig rig;
  Slot slot("cache", test::raw_instance(rig, CLAIF_CACHE_ID, &raw));
  const Pin outer(slot);
  {
    const Pin inner(slot);
    EXPECT_EQ(inner.get(), outer.get());
  }
  EXPECT_FALSE(slot.swap(nullptr, std::chrono::milliseconds(1)));
}

}  // namespace
}  // namespace claif::plugin

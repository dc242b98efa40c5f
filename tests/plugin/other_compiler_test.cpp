// A plugin of another compiler in this host.
#include "host_rig.hpp"
#include "plugin/manager.hpp"

namespace claif::plugin {
namespace {

TEST(OtherCompiler, ItsPluginLoadsAnswersAndUnloads) {
  namespace fs = std::filesystem;
  test::HostRig rig;
  test::TempDir dir;
  const fs::path plugins = dir.path() / "plugins", staging = dir.path() / "staging";
  fs::create_directory(plugins);
  fs::permissions(plugins, fs::perms::owner_all);
  test::install(CLAIF_TEST_OTHER_COMPILER_PLUGIN, plugins / "approval-other.so");
  {
    PluginManager manager(rig.make_services(), {plugins}, staging, {});
    auto slot =
        manager.fill("approval", kind_of("approval"), {"other", R"({"tools": ["read_file"]})"});
    ASSERT_TRUE(slot) << slot.error().message;
    const ToolCall good = test::tool_call("read_file"), bad = test::tool_call("bash");
    EXPECT_EQ(rig.loop.run(decide(rig.site(**slot), good, Millis(100))).decision, Decision::allow);
    const Verdict verdict = rig.loop.run(decide(rig.site(**slot), bad, Millis(100)));
    EXPECT_EQ(verdict.decision, Decision::deny);
    EXPECT_EQ(verdict.reason, "'bash' is not on the allow list");
    EXPECT_FALSE(manager.create(kind_of("approval"), {"other", R"({"tools": "all"})"}));
  }
  EXPECT_TRUE(fs::is_empty(staging)) << "it stays mapped";
}

}  // namespace
}  // namespace claif::plugin

// The same source as a shared file and linked in: this program has approval-allow-list inside.
#include "host_rig.hpp"
#include "plugin/manager.hpp"

extern "C" const claif_entry* claif_entry_v1_linked_allow_list(uint32_t) noexcept;

namespace claif::plugin {
namespace {

constexpr StaticPlugin kLinked[] = {
    {"approval-linked-allow-list", &claif_entry_v1_linked_allow_list}};

TEST(LinkedIn, AnswersLikeTheFile) {
  test::HostRig rig;
  test::TempDir dir;
  PluginManager manager(rig.make_services(), {}, dir.path() / "staging", kLinked);
  auto slot = manager.fill("approval", kind_of("approval"),
                           {"linked-allow-list", R"({"tools": ["read_file"]})"});
  ASSERT_TRUE(slot) << slot.error().message;
  const ToolCall good = test::tool_call("read_file"), bad = test::tool_call("bash");
  EXPECT_EQ(rig.loop.run(decide(rig.site(**slot), good, Millis(100))).decision, Decision::allow);
  EXPECT_EQ(rig.loop.run(decide(rig.site(**slot), bad, Millis(100))).decision, Decision::deny);
  EXPECT_FALSE(std::filesystem::exists(dir.path() / "staging")) << "nothing is staged for it";
}

TEST(LinkedIn, ComesBeforeTheDirectoriesAndIsListed) {
  Loader loader({"/nonexistent"}, "/nonexistent/staging", kLinked);
  const auto module = loader.load("approval", "linked-allow-list");
  ASSERT_TRUE(module) << module.error().message;
  EXPECT_EQ((*module)->origin(), "linked in (approval-linked-allow-list)");
  const auto findings = loader.scan();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].id, "claif.approval.allow-list");
  EXPECT_EQ(findings[0].origin, "linked in");
}

TEST(LinkedIn, ItsConfigurationIsCheckedToo) {
  test::HostRig rig;
  PluginManager manager(rig.make_services(), {}, {}, kLinked);
  const auto refused =
      manager.create(kind_of("approval"), {"linked-allow-list", R"({"tolls": []})"});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("'tolls'"), std::string::npos) << refused.error().message;
}

}  // namespace
}  // namespace claif::plugin

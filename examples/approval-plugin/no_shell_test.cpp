#include <claif/testing/fake_host.hpp>

#include <string_view>

#include <gtest/gtest.h>

namespace {

claif_verdict decide(std::string_view tool) {
  claif::testing::FakeHost host;
  claif::testing::PluginUnderTest plugin(host, R"({"tools":["bash","sh"]})");
  EXPECT_EQ(plugin.error(), "");
  claif_tool_call call{};
  call.size = sizeof call;
  call.tool = claif::sdk::str(tool);
  claif_verdict verdict{};
  verdict.size = sizeof verdict;
  claif::testing::FakeOp op;
  EXPECT_EQ(plugin.iface<claif_approval_v1>()->decide(plugin.self(), &call, &verdict, op.raw()),
            CLAIF_OK);
  return verdict;
}

TEST(NoShell, DeniesAListedTool) {
  const claif_verdict verdict = decide("bash");
  EXPECT_EQ(verdict.decision, CLAIF_DENY);
  EXPECT_EQ(std::string_view(verdict.reason, verdict.length), "shells are off: bash");
}

TEST(NoShell, AllowsTheOthers) {
  EXPECT_EQ(decide("read_file").decision, CLAIF_ALLOW);
}

TEST(NoShell, NeedsItsList) {
  claif::testing::FakeHost host;
  EXPECT_NE(claif::testing::PluginUnderTest(host, "{}").error(), "");
}

}  // namespace

#include <claif/testing/fake_host.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using claif::testing::FakeHost;
using claif::testing::FakeOp;
using claif::testing::PluginUnderTest;

claif_verdict decide(const PluginUnderTest& plugin, std::string_view tool) {
  claif_tool_call call{};
  call.size = sizeof call;
  call.tool = claif::sdk::str(tool);
  call.args_json = claif::sdk::str("{}");
  for (uint8_t i = 0; i < sizeof call.args_sha256; ++i)
    call.args_sha256[i] = i;
  claif_verdict verdict{};
  verdict.size = sizeof verdict;
  verdict.risk = -1;
  FakeOp op;
  const claif_status status =
      plugin.iface<claif_approval_v1>()->decide(plugin.self(), &call, &verdict, op.raw());
  EXPECT_EQ(status, CLAIF_OK);
  EXPECT_FALSE(op.finished());
  EXPECT_EQ(std::string_view(reinterpret_cast<char*>(verdict.args_sha256), 32),
            std::string_view(reinterpret_cast<char*>(call.args_sha256), 32));
  return verdict;
}

TEST(AllowAll, AllowsEveryTool) {
  FakeHost host;
  PluginUnderTest plugin(host);
  ASSERT_EQ(plugin.error(), "");
  EXPECT_EQ(decide(plugin, "bash").decision, CLAIF_ALLOW);
  EXPECT_EQ(decide(plugin, "").decision, CLAIF_ALLOW);
}

TEST(AllowAll, RefusesAnyConfiguration) {
  FakeHost host;
  EXPECT_NE(PluginUnderTest(host, R"({"tools":[]})").error(), "");
}

}  // namespace

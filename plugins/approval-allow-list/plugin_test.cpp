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

TEST(AllowList, AllowsWhatIsListed) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tools":["read_file","search_files"]})");
  ASSERT_EQ(plugin.error(), "");
  EXPECT_EQ(decide(plugin, "read_file").decision, CLAIF_ALLOW);
  EXPECT_EQ(decide(plugin, "search_files").decision, CLAIF_ALLOW);
}

TEST(AllowList, DeniesTheRestAndNamesTheTool) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tools":["read_file"]})");
  const claif_verdict verdict = decide(plugin, "bash");
  EXPECT_EQ(verdict.decision, CLAIF_DENY);
  EXPECT_EQ(std::string_view(verdict.reason, verdict.length), "'bash' is not on the allow list");
}

TEST(AllowList, ComparesByteForByte) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tools":["read_file"]})");
  for (const std::string_view tool :
       {std::string_view("Read_file"), std::string_view("read_file "),
        std::string_view("read_file\0", 10), std::string_view("read"), std::string_view("")})
    EXPECT_EQ(decide(plugin, tool).decision, CLAIF_DENY) << tool;
}

TEST(AllowList, AnEmptyListDeniesEverything) {
  FakeHost host;
  PluginUnderTest plugin(host, R"({"tools":[]})");
  ASSERT_EQ(plugin.error(), "");
  EXPECT_EQ(decide(plugin, "read_file").decision, CLAIF_DENY);
  EXPECT_EQ(decide(plugin, "").decision, CLAIF_DENY);
}

TEST(AllowList, RefusesAConfigurationWithoutAList) {
  FakeHost host;
  for (const char* config :
       {"{}", R"({"tools":"read_file"})", R"({"tools":[1]})", R"({"tools":[],"x":1})"})
    EXPECT_NE(PluginUnderTest(host, config).error(), "") << config;
}

}  // namespace

#include "approval/cases.hpp"
#include "config/approval_presets.hpp"

#include <map>
#include <vector>

#include <gtest/gtest.h>

namespace claif::test {
namespace {

class Presets : public testing::Test {
 protected:
  bool allows(const std::string& preset, const std::string& tool) {
    cases::Policy& policy = policies_[preset];
    if (policy == nullptr) {
      auto made = rig_.runner().load({preset, "{}"});
      EXPECT_TRUE(made) << made.error().message;
      policy = std::move(*made);
    }
    return rig_.runner().rule(*policy, "s1", {{"1", tool, "{}"}}, {{tool}}).at(0).allowed;
  }
  CaseRig rig_;
  std::map<std::string, cases::Policy> policies_;
};

TEST_F(Presets, TestingAllowsEverything) {
  for (const char* const tool : {"bash", "delete_file", "read_file", "mystery"})
    EXPECT_TRUE(allows("testing", tool)) << tool;
}

TEST_F(Presets, DevelopmentDeniesWhatIsDangerous) {
  for (const char* const tool :
       {"read_file", "write_file", "mystery", "undelete", "bashful_notes", "payload_info"})
    EXPECT_TRUE(allows("development", tool)) << tool;
  for (const char* const tool :
       {"bash", "BASH", "run-command", "delete_file", "Delete-File", "db_drop",
        "mcp__github__delete_repo", "mcp__x__bash", "transfer_money", "exec"})
    EXPECT_FALSE(allows("development", tool)) << tool;
}

TEST_F(Presets, ProductionAllowsOnlyReading) {
  for (const char* const tool :
       {"read_file", "get_weather", "list", "mcp__github__get_issue", "search-files"})
    EXPECT_TRUE(allows("production", tool)) << tool;
  for (const char* const tool :
       {"write_file", "mystery", "reader", "unread_file", "Read_file", "bash",
        "get_and_delete_file", "mcp__github__delete_repo", "mcp__a__b__get_x", "fetch"})
    EXPECT_FALSE(allows("production", tool)) << tool;
}

TEST_F(Presets, MayBeOneOfSeveralStrategies) {
  auto policy = rig_.runner().load(
      {"composite",
       R"({"mode":"any","strategies":[{"use":"production"},{"use":"allow-list","config":{"tools":["fetch"]}}]})"});
  ASSERT_TRUE(policy) << policy.error().message;
  const auto allowed = [&](const std::string& tool) {
    return rig_.runner().rule(**policy, "s1", {{"1", tool, "{}"}}, {{tool}}).at(0).allowed;
  };
  EXPECT_TRUE(allowed("fetch"));
  EXPECT_TRUE(allowed("read_file"));
  EXPECT_FALSE(allowed("write_file"));
}

TEST_F(Presets, TakeNoConfiguration) {
  EXPECT_FALSE(approval_policy({"production", R"({"tools":[]})"}));
  EXPECT_EQ(approval_policy({"allow-list", R"({"tools":[]})"})->use, "allow-list");
}

}  // namespace
}  // namespace claif::test

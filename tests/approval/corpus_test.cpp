// The corpus of ways around tool approval, and of calls that must not be denied, against the real
// plugins.
#include "approval/cases.hpp"

#include <filesystem>
#include <set>

#include <gtest/gtest.h>

namespace claif::test {
namespace {

// Needs the record of a person's approval, which only the strategy `human` can give.
bool waits_for_a_person(const std::string& test_case) {
  return test_case.find(R"("strategy":{"type":"human"})") != std::string::npos &&
         !std::filesystem::exists(std::filesystem::path(CLAIF_TEST_PLUGIN_DIR) /
                                  "approval-human.so");
}

TEST(ApprovalCorpus, DeniesEveryAttackAndAllowsEveryControl) {
  CaseRig rig;
  const auto cases = cases::read_cases(CaseRig::corpus());
  ASSERT_TRUE(cases) << cases.error().message;
  ASSERT_GE(cases->size(), 174u);
  std::set<std::string> waiting;
  for (const std::string& each : *cases) {
    const cases::Outcome outcome = rig.runner().run(each);
    if (outcome.expected == "allow" && waits_for_a_person(each)) {
      waiting.insert(outcome.id);
      EXPECT_EQ(outcome.got, "deny") << outcome.id;
      continue;
    }
    EXPECT_TRUE(outcome.passed()) << outcome.id << ": " << outcome.fault;
    EXPECT_FALSE(outcome.got == "deny" && outcome.reason.empty()) << outcome.id;
  }
  EXPECT_LE(waiting.size(), 1u);
}

}  // namespace
}  // namespace claif::test

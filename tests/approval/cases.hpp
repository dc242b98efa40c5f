// What the tests of tool approval share: a runner over the built plugins.
#pragma once

#include "approval_cases/runner.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <string>

namespace claif::test {

class CaseRig {
 public:
  cases::Runner& runner() { return runner_; }

  static std::filesystem::path corpus() {
    return std::filesystem::path(CLAIF_TEST_DATA_DIR) / "approval" / "corpus.json";
  }

 private:
  static Config config_at(const std::filesystem::path& home) {
    Config out;
    out.plugin_dirs = {CLAIF_TEST_PLUGIN_DIR};
    out.home = home;
    out.approval = {"deny-all", "{}"};
    return out;
  }

  TempDir home_;
  const Config config_ = config_at(home_.path());
  cases::Runner runner_{config_};
};

}  // namespace claif::test

// Runs cases of tool approval, in the format of tests/data/approval, against real plugins: each
// through the same code that a request goes through.
#pragma once

#include "approval/approver.hpp"
#include "approval_cases/workspace.hpp"
#include "base/json.hpp"
#include "config/config.hpp"
#include "net/io_loop.hpp"
#include "plugin/manager.hpp"

#include <claif/result.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace claif::cases {

struct Outcome {
  std::string id;
  std::string expected, got;  // allow, deny, deny_at_execute
  std::string reason;         // of `got`
  std::string fault;          // why the case failed; empty: it passed
  bool passed() const { return fault.empty(); }
};

// The cases of a file: {"cases": [...]} or a list. invalid_request when it has none.
Result<std::vector<std::string>> read_cases(const std::filesystem::path& file);

// A policy in its place.
using Policy = std::unique_ptr<plugin::Slot>;

// One thread only.
class Runner {
 public:
  // Plugins come from where `config` says, and cases without a strategy are decided by its policy.
  explicit Runner(const Config& config);
  ~Runner();

  // `test_case`: the JSON of one. A case that cannot be run fails.
  Outcome run(std::string_view test_case);

  // What `run` is made of, for tests with calls of their own.
  Result<Policy> load(const PluginSpec& spec);
  std::vector<approval::Ruling> rule(plugin::Slot& policy,
                                     const std::string& session,
                                     const std::vector<approval::Call>& calls,
                                     const std::vector<wire::OfferedTool>& offered,
                                     bool disorder = false);

 private:
  struct Case;
  void decide(Case& c, Outcome& out);
  void decide_call(Case& c, Outcome& out);
  void decide_stream(Case& c, Outcome& out);
  void follow_redirects(Case& c, Outcome& out);
  void execute(Case& c, Outcome& out);
  Result<void> change(Case& c, const json::Value& operation);
  void drain(const plugin::Slot& policy);

  const Config& config_;
  SystemClock clock_;
  Log log_{LogLevel::off};
  Metrics metrics_;
  BlockingPool pool_;
  net::IoLoop loop_{clock_};
  plugin::OpPool ops_{loop_};
  std::vector<plugin::StaticPlugin> linked_;
  std::unique_ptr<plugin::PluginManager> plugins_;
};

}  // namespace claif::cases

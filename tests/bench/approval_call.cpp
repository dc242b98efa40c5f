// One approval call through a plugin file, as the host makes it (pin, table, .so), beside the same
// work called directly; a whole decision by the allow list, with the digest of the arguments; a
// decision by the command strategy. Prints {"direct_ns":..,"plugin_ns":..,"decision_ns":..,
// "command_ns":..}: medians of many short runs, which alternate so that drift meets all.
#include "base/sha256.hpp"
#include "plugin/approval_proxy.hpp"
#include "plugin/manager.hpp"

#include <claif/sdk/approval.hpp>
#include <claif/sdk/text.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <unordered_set>
#include <vector>

namespace {

using namespace claif;

constexpr int kRuns = 201, kCalls = 20'000, kCommands = 200;

struct Hash : std::hash<std::string_view> {
  using is_transparent = void;
};

// What approval-allow-list does, in the program itself.
class Direct {
 public:
  [[gnu::noinline]] claif_status decide(const claif_tool_call* raw, claif_verdict* verdict) {
    const sdk::ToolCall call(raw);
    const bool listed = tools_.contains(call.tool());
    (listed ? sdk::Verdict::allow() : sdk::Verdict::deny("not on the list")).store(*raw, verdict);
    return CLAIF_OK;
  }

 private:
  std::unordered_set<std::string, Hash, std::equal_to<>> tools_{"read_file", "search_files",
                                                                "list_files"};
};

template <class Call>
double nanoseconds_a_call(Call call, int calls = kCalls) {
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i)
    call();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
  return took.count() / calls;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + kRuns / 2, values.end());
  return values[kRuns / 2];
}

int complain(const std::string& what) {
  std::fprintf(stderr, "bench_approval_call: %s\n", what.c_str());
  return 1;
}

claif_tool_call call_of(std::string_view tool, std::string_view args) {
  claif_tool_call call{};
  call.size = sizeof call;
  call.tool = sdk::str(tool);
  call.args_json = sdk::str(args);
  const Digest digest = sha256(args);
  std::copy(digest.begin(), digest.end(), call.args_sha256);
  return call;
}

int measure(const std::filesystem::path& staging) {
  SystemClock clock;
  Log log;
  Metrics metrics;
  BlockingPool pool;
  plugin::PluginManager manager({clock, log, metrics, pool, {}, {}, {}, {}},
                                {CLAIF_BENCH_PLUGIN_DIR}, staging, {});
  const auto slot =
      manager.fill("approval", plugin::kind_of("approval"),
                   {"allow-list", R"({"tools": ["read_file", "search_files", "list_files"]})"});
  if (!slot) return complain(slot.error().message);

  const auto commands = manager.fill(
      "approval", plugin::kind_of("approval"),
      {"command",
       R"({"tool": "bash", "arg": "command", "root": ")" + staging.parent_path().string() +
           R"(", "rules": [{"argv": ["git", "status"]}, {"argv": ["ls"], "extra": "operands"}]})"});
  if (!commands) return complain(commands.error().message);

  const std::string args = R"({"path": "src/main.cpp"})";
  claif_tool_call call = call_of("search_files", args);
  const std::string text = R"({"path": "src/main.cpp", "text": ")" + std::string(360, 'x') + "\"}";
  claif_tool_call longer = call_of("search_files", text);
  const std::string line = R"({"command": "git status && ls src/core 'a b' | ls"})";
  const claif_tool_call command = call_of("bash", line);
  claif_verdict verdict{};
  verdict.size = sizeof verdict;

  uint64_t allowed = 0;
  const auto count = [&](claif_status status) {
    allowed += status == CLAIF_OK && verdict.decision == CLAIF_ALLOW;
    verdict.decision = CLAIF_DENY;
  };
  Direct direct;
  std::vector<double> direct_ns, plugin_ns, decision_ns, command_ns;
  for (int i = 0; i < kRuns; ++i) {
    direct_ns.push_back(nanoseconds_a_call([&] { count(direct.decide(&call, &verdict)); }));
    plugin_ns.push_back(nanoseconds_a_call([&] {
      const plugin::Pin pin(**slot);
      if (pin) count(plugin::call_decide(*pin.get(), call, verdict, nullptr));
    }));
    decision_ns.push_back(nanoseconds_a_call([&] {
      const Digest digest = sha256(text);
      std::copy(digest.begin(), digest.end(), longer.args_sha256);
      const plugin::Pin pin(**slot);
      if (pin) count(plugin::call_decide(*pin.get(), longer, verdict, nullptr));
    }));
    command_ns.push_back(nanoseconds_a_call(
        [&] {
          const plugin::Pin pin(**commands);
          if (pin) count(plugin::call_decide(*pin.get(), command, verdict, nullptr));
        },
        kCommands));
  }
  if (allowed != (3ull * kCalls + kCommands) * kRuns) return complain("a call was not allowed");
  std::printf("{\"direct_ns\":%.1f,\"plugin_ns\":%.1f,\"decision_ns\":%.1f,\"command_ns\":%.1f}\n",
              median(direct_ns), median(plugin_ns), median(decision_ns), median(command_ns));
  return 0;
}

}  // namespace

int main() {
  std::string name = (std::filesystem::temp_directory_path() / "claif-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return complain("no temporary directory");
  const int status = measure(name + "/staging");
  std::error_code ignored;
  std::filesystem::remove_all(name, ignored);
  return status;
}

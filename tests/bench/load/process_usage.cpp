#include "load/process_usage.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace claif::bench {
namespace {

namespace fs = std::filesystem;

// The fields of /proc/PID/stat after the program's name, which may itself hold spaces.
std::vector<std::string> read_stat(const fs::path& folder) {
  std::ifstream file(folder / "stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  return {std::istream_iterator<std::string>(fields), {}};
}

constexpr std::size_t kParent = 1;
constexpr std::size_t kUserTicks = 11;
constexpr std::size_t kSystemTicks = 12;

std::vector<int> process_tree(int root) {
  std::multimap<int, int> children;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    int pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc{}) continue;
    const std::vector<std::string> stat = read_stat(entry.path());
    if (stat.size() > kParent) children.emplace(std::stoi(stat[kParent]), pid);
  }
  std::vector<int> tree{root};
  for (std::size_t i = 0; i < tree.size(); ++i) {
    const auto [first, last] = children.equal_range(tree[i]);
    for (auto child = first; child != last; ++child)
      tree.push_back(child->second);
  }
  return tree;
}

void add_threads(const fs::path& folder, ProcessUsage& usage) {
  std::error_code error;
  for (const auto& thread : fs::directory_iterator(folder / "task", error)) {
    std::ifstream file(thread.path() / "schedstat");
    double ns = 0;
    if (file >> ns) usage.run_seconds += ns / 1e9;
    ++usage.threads;
  }
}

void add_memory(const fs::path& folder, ProcessUsage& usage) {
  std::ifstream file(folder / "status");
  for (std::string word; file >> word;) {
    long kb = 0;
    if (word == "VmRSS:" && file >> kb) usage.rss_kb += kb;
    if (word == "VmHWM:" && file >> kb) usage.peak_rss_kb += kb;
  }
}

}  // namespace

ProcessUsage read_usage(int pid) {
  ProcessUsage usage;
  if (pid <= 0) return usage;
  const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  for (const int member : process_tree(pid)) {
    const fs::path folder = fs::path("/proc") / std::to_string(member);
    const std::vector<std::string> stat = read_stat(folder);
    if (stat.size() <= kSystemTicks) continue;
    const double ticks = std::stod(stat[kUserTicks]) + std::stod(stat[kSystemTicks]);
    usage.tick_seconds += ticks / ticks_per_second;
    add_threads(folder, usage);
    add_memory(folder, usage);
  }
  return usage;
}

double cpu_seconds(const ProcessUsage& before, const ProcessUsage& after) {
  constexpr double kTickError = 0.03;
  const double fine = after.run_seconds - before.run_seconds;
  const double coarse = after.tick_seconds - before.tick_seconds;
  return fine > coarse - kTickError ? fine : coarse;
}

}  // namespace claif::bench

// Clients of the embedding API, offline, with a home of their own.
#pragma once

#include <claif/client.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace claif::testing {

// CLAIF_HOME for as long as it lives; nothing else of the environment is seen.
class TestHome {
 public:
  TestHome() {
    std::string name = (std::filesystem::temp_directory_path() / "claif-client-XXXXXX").string();
    path_ = ::mkdtemp(name.data()) != nullptr ? name : "";
    ::setenv("CLAIF_HOME", path_.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): before clients
    for (const char* other : {"ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"})
      ::unsetenv(other);  // NOLINT(concurrency-mt-unsafe)
  }
  ~TestHome() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestHome(const TestHome&) = delete;
  TestHome& operator=(const TestHome&) = delete;
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

using Settings = std::vector<std::pair<std::string, std::string>>;

inline ClientOptions mock_options(Settings more = {}) {
  ClientOptions out;
  out.transport = "mock";
  out.set = {{"retries", "0"}};
  out.set.insert(out.set.end(), more.begin(), more.end());
  out.plugin_dirs = {CLAIF_TEST_PLUGIN_DIR};
  return out;
}

inline ChatRequest ask(std::string text) {
  ChatRequest out;
  out.model = "haiku";
  out.messages = {{.role = "user", .content = std::move(text)}};
  return out;
}

}  // namespace claif::testing

// A gateway on a free loopback port, its loops on threads of this process.
#pragma once

#include "config/loader.hpp"
#include "gateway/raw_client.hpp"
#include "gateway/server.hpp"
#include "pipeline/engine.hpp"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace claif::testing {

using Sets = std::vector<std::pair<std::string, std::string>>;

// Removed with all that is in it.
class TempHome {
 public:
  TempHome() {
    std::string name = (std::filesystem::temp_directory_path() / "claif-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data()) != nullptr ? name : "";
  }
  ~TempHome() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempHome(const TempHome&) = delete;
  TempHome& operator=(const TempHome&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline Result<LoadedConfig> test_config(const TempHome& home, Sets sets) {
  ConfigSources sources;
  sources.env = [path = home.path().string()](const std::string& name) {
    return name == "CLAIF_HOME" ? std::optional<std::string>(path) : std::nullopt;
  };
  sources.working_directory = home.path();
  sources.install_plugin_dir = CLAIF_TEST_PLUGIN_DIR;
  sources.sets = {{"transport.use", "mock"}, {"gateway.port", "0"}};
  sources.sets.insert(sources.sets.end(), sets.begin(), sets.end());
  return load_config(sources);
}

class RunningGateway {
 public:
  explicit RunningGateway(Sets sets = {}) {
    auto started = start(std::move(sets));
    if (!started) error_ = "cannot start: " + started.error().message;
  }
  ~RunningGateway() {
    if (thread_.joinable()) {
      shut_down();
      shut_down();
      thread_.join();
    }
    // The other loops end with the engine; until then they may use the server.
    if (engine_ && engine_->size() > 1)
      for (size_t i = 1; i < engine_->size(); ++i)
        if (engine_->worker(i).thread.joinable()) engine_->worker(i).thread.join();
  }

  const std::string& error() const { return error_; }
  uint16_t port() const { return port_; }
  Engine& engine() { return *engine_; }
  void shut_down() {
    engine_->worker(0).loop.post([this] { server_->shut_down(); });
  }
  // Waits until the gateway has ended by itself.
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  // The value of a line of /metrics that starts with `name`; -1 when there is none.
  double metric(const std::string& name) {
    const std::string text = "\n" + engine_->metrics().render();
    const size_t at = text.find("\n" + name);
    if (at == std::string::npos) return -1;
    const size_t end = text.find('\n', at + 1);
    return std::atof(text.c_str() + text.rfind(' ', end) + 1);
  }

 private:
  Result<void> start(Sets sets) {
    CLAIF_TRY(LoadedConfig loaded, test_config(home_, std::move(sets)));
    const unsigned threads = loaded.config.gateway.threads;
    CLAIF_TRY(engine_, Engine::create(std::move(loaded.config), threads));
    server_ = std::make_unique<gateway::Server>(*engine_);
    CLAIF_TRY(port_, server_->listen());
    thread_ = std::thread([this] { engine_->run(); });
    return {};
  }

  TempHome home_;
  std::string error_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<gateway::Server> server_;
  std::thread thread_;
  uint16_t port_ = 0;
};

// POST /v1/chat/completions with `body`.
inline std::string chat_request(const std::string& body, const std::string& headers = "") {
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
         "application/json\r\n" +
         headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
inline std::string question(const std::string& text, const std::string& more = "") {
  return R"({"model":"haiku","messages":[{"role":"user","content":")" + text + R"("}])" + more +
         "}";
}
inline std::string get_request(const std::string& path, const std::string& headers = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

}  // namespace claif::testing

// The host's heart: the configured plugins in their places, the loops, and a pipeline on each loop.
#pragma once

#include "config/loader.hpp"
#include "net/io_loop.hpp"
#include "pipeline/pipeline.hpp"
#include "plugin/manager.hpp"
#include "wire/model_table.hpp"

#include <claif/result.hpp>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace claif {

// Everything that one configuration makes. Start it with start() (a thread for each loop) or by
// running loop 0 on a thread of your own with run(). Destroying it stops it.
class Engine {
 public:
  // configuration, naming the place and the plugin, when one cannot be loaded or refuses its
  // configuration.
  static Result<std::unique_ptr<Engine>> create(Config config, unsigned threads = 1);
  ~Engine();

  void start();  // every loop on a thread of its own
  // Runs loop 0 on this thread until stop(); the other loops get threads.
  void run();
  void stop();  // [any]

  struct Worker {
    explicit Worker(const Clock& clock) : loop(clock) {}
    net::IoLoop loop;
    std::unique_ptr<pipeline::Pipeline> pipeline;
    std::thread thread;
  };
  size_t size() const { return workers_.size(); }
  Worker& worker(size_t i) { return *workers_[i]; }

  const Config& config() const { return config_; }
  const Clock& clock() const { return clock_; }
  Log& log() { return log_; }
  Metrics& metrics() { return metrics_; }
  BlockingPool& pool() { return pool_; }
  bus::ObserverQueue& observers() { return *observers_; }
  plugin::PluginManager& plugins() { return *plugins_; }
  plugin::Slot& transport() { return *transport_; }
  plugin::Slot* store() { return store_.get(); }
  session::Manager& sessions() { return sessions_; }
  plugin::Slot* responses() { return responses_.get(); }  // null: they are not kept
  wire::CurrentModels& models() { return models_; }

 private:
  explicit Engine(Config config);
  Result<void> fill_places();
  void report_fault(const plugin::Instance& instance, std::string_view what, bool quarantined);

  Config config_;
  SystemClock clock_;
  Log log_;
  Metrics metrics_;
  BlockingPool pool_;
  wire::CurrentModels models_;
  pipeline::Settings settings_;
  cache::Flights flights_;
  session::Manager sessions_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<plugin::PluginManager> plugins_;
  std::unique_ptr<plugin::Slot> transport_, approval_, cache_, store_, responses_;
  std::vector<std::unique_ptr<plugin::Slot>> hooks_, observing_;
  std::unique_ptr<bus::ObserverQueue> observers_;
};

// Where this build or installation keeps its plugins: beside the library or the program.
std::filesystem::path bundled_plugin_dir();
// A Loader over the configured directories, without an engine: for `claif plugins`.
std::unique_ptr<plugin::Loader> make_loader(const Config& config);

}  // namespace claif

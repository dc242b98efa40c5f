// What the host offers to plugins, and where a plugin instance meets it.
#pragma once

#include "base/blocking_pool.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/loop.hpp"
#include "base/metrics.hpp"
#include "base/secret.hpp"
#include "net/http_client.hpp"

#include <claif/abi/host.h>
#include <claif/abi/http.h>
#include <claif/result.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace claif::plugin {

class Instance;

// One event loop of the host, and its HTTP client.
struct LoopServices {
  Loop* loop;
  std::function<net::HttpClient&()> http;  // loop thread only
};

// Shared by all instances of one host. Everything in it outlives them.
struct HostServices {
  const Clock& clock;
  Log& log;
  Metrics& metrics;
  BlockingPool& pool;
  std::map<std::string, Secret, std::less<>> secrets;
  std::vector<LoopServices> loops;  // the first serves threads that have none; at most 256
  // Creates the plugin that a spec {"use", "config"} names, which must offer `iface`.
  std::function<Result<std::unique_ptr<Instance>>(std::string_view iface,
                                                  std::string_view spec_json)>
      create_child;
  // Hears of every fault of every instance.
  std::function<void(const Instance&, std::string_view what, bool quarantined)> on_fault;
  bool check_plugins = false;  // see QuickCheck
};

// The claif_host of one instance.
class HostContext {
 public:
  HostContext(HostServices& services, Instance& instance);
  ~HostContext();

  const claif_host* host() const { return &host_; }
  void forbid_children() { creating_ = false; }  // create has returned
  void drop_timers();  // before destroy: none fires from now on; one that runs holds the instance
  void retire_children();
  uint32_t children_in_flight() const;

 private:
  friend struct ServiceTables;
  struct Timers {
    std::mutex mutex;
    std::unordered_map<uint64_t, std::pair<void (*)(void*), void*>> waiting;
    Instance* instance;  // held while one runs
  };
  static HostContext& of(const claif_host* host) { return *static_cast<HostContext*>(host->ctx); }
  LoopServices& loop_for_this_thread();
  LoopServices* loop_of(uint64_t id);
  void log_line(int32_t level, std::string_view line);

  HostServices& services_;
  Instance& instance_;
  const std::string prefix_;
  std::mutex log_mutex_;
  Nanos log_window_{};
  uint32_t log_lines_ = 0, log_dropped_ = 0;  // of this window
  claif_host host_;
  claif_log_v1 log_;
  std::shared_ptr<Timers> timers_ = std::make_shared<Timers>();
  bool creating_ = true;
  mutable std::mutex children_mutex_;  // a swap counts them while their parent releases one
  std::map<uint64_t, std::unique_ptr<Instance>> children_;
};

}  // namespace claif::plugin

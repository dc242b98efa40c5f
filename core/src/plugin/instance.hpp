// One generation of a plugin: the object that create made, its tables and its host.
#pragma once

#include "plugin/faults.hpp"
#include "plugin/module.hpp"

#include <claif/abi/entry.h>
#include <claif/result.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace claif::plugin {

class HostContext;
struct HostServices;

// Destroyed only when nothing is in flight; the owner (Slot, or a parent plugin) sees to that.
class Instance {
 public:
  // Checks `config_json` against the plugin's schema and its `needs` against the services, then
  // creates. configuration when the plugin or the schema refuses; the message names the plugin and
  // the key.
  static Result<std::unique_ptr<Instance>> create(std::shared_ptr<Module> module,
                                                  std::string config_json,
                                                  HostServices& services);
  ~Instance();

  const std::string& id() const { return id_; }
  uint64_t generation() const { return generation_; }
  // Which plugin, which version of it, and a digest of its configuration: what an answer that it
  // made depends on.
  const std::string& identity() const { return identity_; }
  const Module& module() const { return *module_; }
  void* self() const { return self_; }
  // The table of that interface, or null.
  template <class Table>
  const Table* table(const char* iface) const {
    return static_cast<const Table*>(module_->entry().iface(self_, iface));
  }
  // Fetches the table that the slot's calls use. configuration when the plugin offers no such
  // interface.
  Result<void> serve(const char* iface);
  template <class Table>
  const Table& iface() const {  // after serve
    return *static_cast<const Table*>(iface_);
  }
  Faults& faults() { return faults_; }
  // Whether QuickCheck watches this instance.
  bool checked() const;
  // Logs, once for each `what`, that a call broke the promise of [quick].
  void report_slow(std::string_view what, std::string_view how);
  // Reports a fault of the instance of that generation, unless it is gone. [any]
  static void report(uint64_t generation, std::string_view what);

  // No timer of it or its children starts from now on. Before destruction, and then in_flight()
  // decides.
  void retire();

  // Operations, their values, and calls into it that the host still has on some stack, keep the
  // instance. [any]
  void hold() { in_flight_.fetch_add(1, std::memory_order_relaxed); }
  void release() { in_flight_.fetch_sub(1, std::memory_order_release); }
  uint32_t in_flight() const;  // its children's too

 private:
  Instance(std::shared_ptr<Module> module, HostServices& services);

  HostServices& services_;
  std::shared_ptr<Module>
      module_;  // shared by the generations of one file; the last one unloads it
  std::string id_, identity_;
  uint64_t generation_;
  Faults faults_;
  std::unique_ptr<HostContext> host_;
  void* self_ = nullptr;
  const void* iface_ = nullptr;
  bool created_ = false;
  std::atomic<uint32_t> in_flight_{0};
  std::mutex slow_mutex_;
  std::set<std::string, std::less<>> slow_;  // what report_slow has logged
};

}  // namespace claif::plugin

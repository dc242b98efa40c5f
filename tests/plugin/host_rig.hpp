// A host without an engine: what plugin instances need around them.
#pragma once

#include "plugin/approval_proxy.hpp"
#include "plugin/call.hpp"
#include "plugin/host_services.hpp"
#include "plugin/instance.hpp"
#include "plugin/slot.hpp"
#include "support/manual_loop.hpp"
#include "support/temp_dir.hpp"

#include <claif/plugin.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace claif::test {

class HostRig {
 public:
  explicit HostRig(LogLevel level = LogLevel::off) : log(level) {}
  ~HostRig() { pool.stop(); }

  plugin::CallSite site(plugin::Slot& slot) { return {slot, ops, pool}; }
  plugin::HostServices make_services() {
    return {clock, log, metrics, pool, {}, {{&loop, {}}}, {}, [this](auto&, auto what, bool) {
              const std::lock_guard lock(mutex_);
              faults_.emplace_back(what);
            }};
  }
  std::vector<std::string> faults() const {
    const std::lock_guard lock(mutex_);
    return faults_;
  }

  FakeClock clock;
  Log log;
  Metrics metrics;
  BlockingPool pool{2};
  ManualLoop loop{clock};
  plugin::OpPool ops{loop};
  plugin::HostServices services = make_services();

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> faults_;
};

// An instance of a class that is written as a plugin, linked in.
template <class P>
std::unique_ptr<plugin::Instance> instance_of(HostRig& rig, std::string config = "{}") {
  using Glue = sdk::Glue<P>;
  static constexpr auto provides = Glue::provides();
  static constexpr claif_descriptor descriptor{
      sizeof descriptor, CLAIF_ABI_MINOR, 0, "test.plugin", "test", "1.0.0", "MIT", Glue::schema(),
      provides.data(),   Glue::needs()};
  static constexpr claif_entry entry{sizeof entry,  CLAIF_ABI_MAJOR, &descriptor,
                                     &Glue::create, &Glue::destroy,  &Glue::iface};
  auto module = plugin::Module::link({"test", [](uint32_t) { return &entry; }});
  auto made = plugin::Instance::create(std::move(*module), std::move(config), rig.services);
  if (!made) throw std::runtime_error(made.error().message);
  if (auto served = (*made)->serve(provides[0]); !served)
    throw std::runtime_error(served.error().message);
  return std::move(*made);
}

// An instance whose self is `raw`, a struct that begins with its table: for what the SDK would not
// let a plugin do.
inline std::unique_ptr<plugin::Instance> raw_instance(HostRig& rig, const char* iface, void* raw) {
  static void* next = nullptr;
  static const char* offered = nullptr;
  static const char* provides[] = {nullptr, nullptr};
  static const claif_descriptor descriptor{
      sizeof descriptor, CLAIF_ABI_MINOR, 0,       "test.raw", "raw",
      "1.0.0",           "MIT",           nullptr, provides,   nullptr};
  static const claif_entry entry{
      sizeof entry,
      CLAIF_ABI_MAJOR,
      &descriptor,
      [](const claif_host*, claif_str, void** self, claif_error*) noexcept -> claif_status {
        *self = next;
        return CLAIF_OK;
      },
      [](void*) noexcept {},
      [](void* self, const char* id) noexcept -> const void* {
        return std::string_view(id) == offered ? self : nullptr;
      }};
  next = raw;
  provides[0] = offered = iface;
  auto module = plugin::Module::link({"raw", [](uint32_t) { return &entry; }});
  auto made = plugin::Instance::create(std::move(*module), "{}", rig.services);
  if (!made) throw std::runtime_error(made.error().message);
  if (auto served = (*made)->serve(iface); !served)
    throw std::runtime_error(served.error().message);
  return std::move(*made);
}

// A table of one function, which the test writes.
struct RawApproval {
  claif_approval_v1 table{sizeof(claif_approval_v1), 0, &decide};
  std::function<claif_status(const claif_tool_call*, claif_verdict*, claif_op*)> script;

 private:
  static claif_status decide(void* self,
                             const claif_tool_call* call,
                             claif_verdict* verdict,
                             claif_op* op) noexcept {
    return static_cast<RawApproval*>(self)->script(call, verdict, op);
  }
};

struct RawCache {
  claif_cache_v1 table{sizeof(claif_cache_v1), 0, &get, &put, nullptr};
  std::function<void(claif_op*)> script;

 private:
  static void get(void* self, claif_str, claif_op* op) noexcept {
    static_cast<RawCache*>(self)->script(op);
  }
  static void put(void* self, claif_str, claif_str, uint64_t, claif_op* op) noexcept {
    static_cast<RawCache*>(self)->script(op);
  }
};

struct RawTransport {
  claif_transport_v1 table{
      sizeof(claif_transport_v1), 0, &start, &resume, &cancel, nullptr, nullptr};
  std::function<void(claif_op*)> on_start;
  std::function<void(uint64_t)> on_resume, on_cancel;

 private:
  static void start(void* self, const claif_request*, claif_op* op) noexcept {
    static_cast<RawTransport*>(self)->on_start(op);
  }
  static void resume(void* self, uint64_t id) noexcept {
    if (auto& f = static_cast<RawTransport*>(self)->on_resume) f(id);
  }
  static void cancel(void* self, uint64_t id) noexcept {
    if (auto& f = static_cast<RawTransport*>(self)->on_cancel) f(id);
  }
};

inline plugin::ToolCall tool_call(std::string tool = "read_file", std::string args = "{}") {
  plugin::ToolCall call;
  call.session = "s";
  call.call_id = "c";
  call.tool = std::move(tool);
  call.args_json = std::move(args);
  call.args_digest = sha256(call.args_json);
  return call;
}

// Writes `decision` as a good plugin would.
inline claif_status give(const claif_tool_call* call, claif_verdict* verdict, int32_t decision) {
  std::copy(std::begin(call->args_sha256), std::end(call->args_sha256), verdict->args_sha256);
  verdict->decision = decision;
  return CLAIF_OK;
}

// Copies with a mode that the loader accepts, whatever the umask of the build was.
inline void install(const std::filesystem::path& from, const std::filesystem::path& to) {
  namespace fs = std::filesystem;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing);
  fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace claif::test

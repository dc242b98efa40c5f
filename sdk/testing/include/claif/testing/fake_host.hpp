// Everything that a plugin's unit test needs: a host in memory, operations, and the plugin under
// test.
//
//   claif::testing::FakeHost host;
//   claif::testing::PluginUnderTest plugin(host, R"({"tools":["read_file"]})");
//   ASSERT_EQ(plugin.error(), "");
#pragma once

#include <claif/abi/abi.h>
#include <claif/testing/approval.hpp>
#include <claif/testing/fake_executor.hpp>
#include <claif/testing/fake_http.hpp>
#include <claif/testing/fake_metrics.hpp>
#include <claif/testing/fake_op.hpp>
#include <claif/testing/plugin_under_test.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claif::testing {

struct LogLine {
  int32_t level = 0;
  std::string text;
};

// One host for one or more plugin instances; must outlive them.
class FakeHost {
 public:
  FakeHost() {
    raw_.size = sizeof raw_;
    raw_.abi_minor = CLAIF_ABI_MINOR;
    raw_.ctx = this;
    raw_.service = &FakeHost::service;
  }
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  const claif_host* raw() const noexcept { return &raw_; }

  FakeExecutor executor;
  FakeMetrics metrics;
  FakeHttp http;
  std::map<std::string, std::string, std::less<>> secrets;
  // Script: makes the child that a spec {"use", "config"} names, or throws; without it there is no
  // claif.plugins/1.
  std::function<claif_child(std::string_view iface, std::string_view spec)> on_create_child;

  void advance(std::chrono::nanoseconds by) { executor.advance(by); }
  // The service is absent from now on; instances look services up when they are created.
  void remove(std::string id) { removed_.insert(std::move(id)); }
  std::vector<LogLine> log() const {
    const std::lock_guard lock(log_mutex_);
    return log_;
  }

 private:
  static FakeHost& self(const claif_host* h) noexcept { return *static_cast<FakeHost*>(h->ctx); }

  static const void* service(const claif_host* h, const char* id) noexcept {
    static constexpr claif_log_v1 log{sizeof log, CLAIF_LOG_TRACE, &FakeHost::write_log};
    static constexpr claif_clock_v1 clock{
        sizeof clock, 0, [](const claif_host* p) noexcept { return self(p).executor.mono_ns(); },
        [](const claif_host* p) noexcept { return self(p).executor.wall_ms(); }};
    static constexpr claif_random_v1 random{sizeof random, 0, &FakeHost::fill_random};
    static constexpr claif_executor_v1 executor{sizeof executor, 0, &FakeHost::post,
                                                &FakeHost::after, &FakeHost::cancel_timer};
    static constexpr claif_secrets_v1 secrets{sizeof secrets, 0, &FakeHost::get_secret};
    static constexpr claif_metrics_v1 metrics{
        sizeof metrics, 0,
        [](const claif_host* p, const claif_metric* m) noexcept {
          return self(p).metrics.define(*m);
        },
        [](const claif_host* p, uint32_t m, const claif_str* labels, double v) noexcept {
          self(p).metrics.record(m, labels, v);
        }};
    static constexpr claif_http_v1 http{
        sizeof http, 0, &FakeHost::start_http,
        [](const claif_host* p, uint64_t http_id) noexcept { self(p).http.resume(http_id); },
        [](const claif_host* p, uint64_t http_id) noexcept { self(p).http.cancel(http_id); }};

    static constexpr claif_plugins_v1 plugins{sizeof plugins, 0, &FakeHost::create_child,
                                              [](const claif_host*, uint64_t) noexcept {}};

    const std::string_view wanted(id);
    if (self(h).removed_.contains(wanted)) return nullptr;
    if (wanted == CLAIF_LOG_ID) return &log;
    if (wanted == CLAIF_CLOCK_ID) return &clock;
    if (wanted == CLAIF_RANDOM_ID) return &random;
    if (wanted == CLAIF_EXECUTOR_ID) return &executor;
    if (wanted == CLAIF_SECRETS_ID) return &secrets;
    if (wanted == CLAIF_METRICS_ID) return &metrics;
    if (wanted == CLAIF_HTTP_ID) return &http;
    if (wanted == CLAIF_PLUGINS_ID && self(h).on_create_child) return &plugins;
    return nullptr;
  }

  static void write_log(const claif_host* h, int32_t level, claif_str line) noexcept {
    const std::lock_guard lock(self(h).log_mutex_);
    self(h).log_.push_back({level, std::string(sdk::view(line))});
  }
  // The same bytes in every run: 1, 2, 3, ...
  static void fill_random(const claif_host* h, void* bytes, size_t n) noexcept {
    const std::lock_guard lock(self(h).log_mutex_);
    for (size_t i = 0; i < n; ++i)
      static_cast<uint8_t*>(bytes)[i] = ++self(h).random_;
  }
  static claif_status post(const claif_host* h, void (*task)(void*), void* ctx) noexcept {
    return self(h).executor.post(task, ctx) ? CLAIF_OK : CLAIF_E_UNAVAILABLE;
  }
  static uint64_t after(const claif_host* h, uint64_t ms, void (*task)(void*), void* ctx) noexcept {
    return self(h).executor.after(ms, task, ctx);
  }
  static int32_t cancel_timer(const claif_host* h, uint64_t timer) noexcept {
    return self(h).executor.cancel(timer) ? 1 : 0;
  }
  static claif_status get_secret(const claif_host* h, claif_str name, claif_str* value) noexcept {
    const auto it = self(h).secrets.find(sdk::view(name));
    if (it == self(h).secrets.end()) return CLAIF_E_NOT_FOUND;
    *value = sdk::str(it->second);
    return CLAIF_OK;
  }
  static claif_status start_http(const claif_host* h,
                                 const claif_http_request* request,
                                 const claif_http_handler* handler,
                                 void* ctx,
                                 uint64_t* id,
                                 claif_error* error) noexcept {
    return self(h).http.start(*request, handler, ctx, id, error);
  }

  static claif_status create_child(const claif_host* h,
                                   claif_str iface,
                                   claif_str spec,
                                   claif_child* out,
                                   claif_error* error) noexcept {
    try {
      *out = self(h).on_create_child(sdk::view(iface), sdk::view(spec));
      return CLAIF_OK;
    } catch (...) {
      return sdk::fill_from_current_exception(error);
    }
  }

  claif_host raw_{};
  std::set<std::string, std::less<>> removed_;
  mutable std::mutex log_mutex_;
  std::vector<LogLine> log_;
  uint8_t random_ = 0;
};

inline PluginUnderTest::PluginUnderTest(FakeHost& host,
                                        std::string_view config,
                                        claif_entry_fn entry)
    : PluginUnderTest(host.raw(), config, entry) {}

}  // namespace claif::testing

// The host's services as a plugin sees them.
#pragma once

#include <claif/abi/host.h>
#include <claif/abi/http.h>
#include <claif/sdk/text.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace claif::sdk {

// A copyable view of the claif_host of one instance. Every member is [any]. Services that the host
// does not offer do nothing, or throw Error with CLAIF_E_UNSUPPORTED where an answer is needed.
class Host {
 public:
  explicit Host(const claif_host* host) noexcept
      : host_(host),
        log_(service<claif_log_v1>(CLAIF_LOG_ID)),
        clock_(service<claif_clock_v1>(CLAIF_CLOCK_ID)),
        executor_(service<claif_executor_v1>(CLAIF_EXECUTOR_ID)),
        metrics_(service<claif_metrics_v1>(CLAIF_METRICS_ID)) {}

  const claif_host* raw() const noexcept { return host_; }

  template <class Table>
  const Table* service(const char* id) const noexcept {
    return static_cast<const Table*>(host_->service(host_, id));
  }

  bool logs(int32_t level) const noexcept { return log_ != nullptr && level >= log_->level; }
  void log(int32_t level, std::string_view line) const noexcept {
    if (logs(level)) log_->write(host_, level, str(line));
  }

  std::chrono::nanoseconds now() const {
    return std::chrono::nanoseconds(need(clock_, CLAIF_CLOCK_ID)->mono_ns(host_));
  }
  int64_t wall_ms() const { return need(clock_, CLAIF_CLOCK_ID)->wall_ms(host_); }

  // Cryptographic random bytes.
  void random(void* bytes, size_t n) const {
    need(service<claif_random_v1>(CLAIF_RANDOM_ID), CLAIF_RANDOM_ID)->fill(host_, bytes, n);
  }

  // Runs task(ctx) on the blocking pool; throws when its queue is full.
  void post(void (*task)(void*), void* ctx) const {
    if (need(executor_, CLAIF_EXECUTOR_ID)->post(host_, task, ctx) != CLAIF_OK)
      throw Error("the host's blocking pool is full", CLAIF_E_UNAVAILABLE);
  }
  uint64_t after(std::chrono::milliseconds delay, void (*task)(void*), void* ctx) const {
    return need(executor_, CLAIF_EXECUTOR_ID)
        ->after(host_, static_cast<uint64_t>(delay.count()), task, ctx);
  }
  bool cancel_timer(uint64_t timer) const {
    return need(executor_, CLAIF_EXECUTOR_ID)->cancel(host_, timer) != 0;
  }

  // The configured secret, or Error with CLAIF_E_NOT_FOUND.
  std::string_view secret(std::string_view name) const {
    const auto* table = need(service<claif_secrets_v1>(CLAIF_SECRETS_ID), CLAIF_SECRETS_ID);
    claif_str value{};
    if (table->get(host_, str(name), &value) != CLAIF_OK)
      throw Error("no secret named '" + std::string(name) + "' is configured", CLAIF_E_NOT_FOUND);
    return view(value);
  }

  // Defines a metric; 0 when the host has no metrics or refuses it. Recording to 0 does nothing.
  uint32_t metric(uint32_t type,
                  std::string_view name,
                  std::string_view help,
                  std::initializer_list<std::string_view> labels = {},
                  std::initializer_list<double> buckets = {}) const {
    if (metrics_ == nullptr) return 0;
    std::vector<claif_str> names;
    for (auto label : labels)
      names.push_back(str(label));
    claif_metric m{};
    m.size = sizeof m;
    m.type = type;
    m.name = str(name);
    m.help = str(help);
    m.labels = names.data();
    m.label_count = names.size();
    m.buckets = buckets.begin();
    m.bucket_count = buckets.size();
    return metrics_->define(host_, &m);
  }
  template <class... Values>
  void record(uint32_t metric, double value, const Values&... label_values) const noexcept {
    if (metrics_ == nullptr || metric == 0) return;
    const std::array<claif_str, sizeof...(Values) + 1> values{str(label_values)..., claif_str{}};
    metrics_->record(host_, metric, values.data(), value);
  }

 private:
  template <class Table>
  static const Table* need(const Table* table, const char* id) {
    if (table == nullptr) throw Error(std::string("the host offers no ") + id, CLAIF_E_UNSUPPORTED);
    return table;
  }

  const claif_host* host_;
  const claif_log_v1* log_;
  const claif_clock_v1* clock_;
  const claif_executor_v1* executor_;
  const claif_metrics_v1* metrics_;
};

}  // namespace claif::sdk

// claif.metrics/1 that a test can read.
#pragma once

#include <claif/abi/host.h>
#include <claif/sdk/text.hpp>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace claif::testing {

class FakeMetrics {
 public:
  using Labels = std::vector<std::string>;

  // Counter: its sum. Gauge: its last value. Histogram: the sum of what it observed. 0 if never
  // recorded.
  double value(std::string_view name, const Labels& labels = {}) const {
    return find(name, labels).value;
  }
  // How often it was recorded.
  uint64_t count(std::string_view name, const Labels& labels = {}) const {
    return find(name, labels).count;
  }
  bool defined(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    for (const Metric& m : metrics_)
      if (m.name == name) return true;
    return false;
  }

  uint32_t define(const claif_metric& metric) {
    const std::lock_guard lock(mutex_);
    const std::string_view name = sdk::view(metric.name);
    for (size_t i = 0; i < metrics_.size(); ++i)
      if (metrics_[i].name == name) return static_cast<uint32_t>(i + 1);
    metrics_.push_back({std::string(name), metric.type, metric.label_count, {}});
    return static_cast<uint32_t>(metrics_.size());
  }
  void record(uint32_t number, const claif_str* label_values, double value) {
    const std::lock_guard lock(mutex_);
    if (number == 0 || number > metrics_.size()) return;
    Metric& metric = metrics_[number - 1];
    Labels labels;
    for (size_t i = 0; i < metric.label_count; ++i)
      labels.emplace_back(sdk::view(label_values[i]));
    Series& series = metric.series[labels];
    series.value = metric.type == CLAIF_METRIC_GAUGE ? value : series.value + value;
    ++series.count;
  }

 private:
  struct Series {
    double value = 0;
    uint64_t count = 0;
  };
  struct Metric {
    std::string name;
    uint32_t type = 0;
    size_t label_count = 0;
    std::map<Labels, Series> series;
  };

  Series find(std::string_view name, const Labels& labels) const {
    const std::lock_guard lock(mutex_);
    for (const Metric& m : metrics_) {
      if (m.name != name) continue;
      const auto it = m.series.find(labels);
      return it == m.series.end() ? Series{} : it->second;
    }
    return {};
  }

  mutable std::mutex mutex_;
  std::vector<Metric> metrics_;
};

}  // namespace claif::testing

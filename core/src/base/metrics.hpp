// Metrics in the Prometheus text format
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
#pragma once

#include <claif/result.hpp>

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace claif {

enum class MetricType { counter, gauge, histogram };

// Thread-safe. A metric keeps at most 1,000 label combinations; further ones share the value
// "other".
class Metrics {
 public:
  // The metric's number, from 1. The same definition again gives the same number; a different one
  // under the same name, or a bad name, is an error.
  Result<uint32_t> define(MetricType type,
                          std::string_view name,
                          std::string_view help,
                          std::vector<std::string> labels = {},
                          std::vector<double> buckets = {});
  // Counter: adds. Gauge: sets. Histogram: observes. Unknown numbers and label counts are ignored.
  void record(uint32_t metric, std::span<const std::string_view> label_values, double value);
  void record(uint32_t metric, double value) { record(metric, {}, value); }
  std::string render() const;

 private:
  static constexpr size_t kSeries = 1000;
  struct Series {
    double value = 0;               // counter, gauge; sum of a histogram
    std::vector<uint64_t> buckets;  // not cumulative; the last is +Inf
  };
  struct Family {
    MetricType type;
    std::string name, help;
    std::vector<std::string> labels;
    std::vector<double> bounds;
    std::map<std::string, Series, std::less<>> series;  // by rendered labels
  };
  static void render(const Family& family, std::string& out);

  mutable std::mutex mutex_;
  std::vector<Family> families_;
};

}  // namespace claif

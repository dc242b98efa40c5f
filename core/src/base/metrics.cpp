#include "base/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace claif {
namespace {

bool is_name(std::string_view s) {
  return !s.empty() && !(s[0] >= '0' && s[0] <= '9') && std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string escaped(std::string_view s, bool quotes = true) {
  std::string out;
  for (const char c : s) {
    if (c == '\\' || (c == '"' && quotes)) out.push_back('\\');
    if (c == '\n')
      out += "\\n";
    else
      out.push_back(c);
  }
  return out;
}

void append_number(std::string& out, double v) {
  if (std::isinf(v)) {
    out += v > 0 ? "+Inf" : "-Inf";
    return;
  }
  char buffer[32];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, v).ptr);
}

constexpr std::string_view kTypeNames[] = {"counter", "gauge", "histogram"};

}  // namespace

Result<uint32_t> Metrics::define(MetricType type,
                                 std::string_view name,
                                 std::string_view help,
                                 std::vector<std::string> labels,
                                 std::vector<double> buckets) {
  const auto refuse = [&](const char* why) {
    return fail(Errc::configuration, "the metric '" + std::string(name) + "' " + why);
  };
  if (!is_name(name)) return refuse("has a name that is not [a-zA-Z_][a-zA-Z0-9_]*");
  if (labels.size() > 8 || !std::all_of(labels.begin(), labels.end(), is_name))
    return refuse("has bad label names, or more than 8");
  if (!std::is_sorted(buckets.begin(), buckets.end()))
    return refuse("has bucket bounds that do not ascend");
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < families_.size(); ++i) {
    const Family& f = families_[i];
    if (f.name != name) continue;
    if (f.type != type || f.labels != labels || f.bounds != buckets)
      return refuse("is already defined, differently");
    return static_cast<uint32_t>(i + 1);
  }
  families_.push_back(
      {type, std::string(name), std::string(help), std::move(labels), std::move(buckets), {}});
  return static_cast<uint32_t>(families_.size());
}

void Metrics::record(uint32_t metric,
                     std::span<const std::string_view> label_values,
                     double value) {
  const std::lock_guard lock(mutex_);
  if (metric == 0 || metric > families_.size()) return;
  Family& f = families_[metric - 1];
  if (label_values.size() != f.labels.size()) return;
  std::string key;
  for (size_t i = 0; i < f.labels.size(); ++i)
    (key += key.empty() ? "" : ",")
        .append(f.labels[i])
        .append("=\"")
        .append(escaped(label_values[i])) += '"';
  auto found = f.series.find(key);
  if (found == f.series.end()) {
    if (f.series.size() >= kSeries) {
      key.clear();
      for (const auto& label : f.labels)
        (key += key.empty() ? "" : ",").append(label).append("=\"other\"");
    }
    found = f.series.try_emplace(key).first;
    found->second.buckets.resize(f.bounds.size() + 1);
  }
  Series& s = found->second;
  if (f.type == MetricType::gauge)
    s.value = value;
  else
    s.value += value;
  if (f.type == MetricType::histogram)
    ++s.buckets[static_cast<size_t>(std::lower_bound(f.bounds.begin(), f.bounds.end(), value) -
                                    f.bounds.begin())];
}

void Metrics::render(const Family& f, std::string& out) {
  out.append("# HELP ")
      .append(f.name)
      .append(" ")
      .append(escaped(f.help, false))
      .append("\n# TYPE ")
      .append(f.name)
      .append(" ");
  out.append(kTypeNames[static_cast<size_t>(f.type)]).append("\n");
  for (const auto& entry : f.series) {
    const std::string& labels = entry.first;  // clang 14 captures no structured binding
    const auto& s = entry.second;
    const auto line = [&](std::string_view suffix, std::string_view extra, double value) {
      out.append(f.name).append(suffix);
      if (!labels.empty() || !extra.empty())
        out.append("{")
            .append(labels)
            .append(labels.empty() || extra.empty() ? "" : ",")
            .append(extra)
            .append("}");
      out += ' ';
      append_number(out, value);
      out += '\n';
    };
    if (f.type != MetricType::histogram) {
      line("", "", s.value);
      continue;
    }
    uint64_t below = 0;
    for (size_t i = 0; i < s.buckets.size(); ++i) {
      below += s.buckets[i];
      std::string bound = "le=\"";
      append_number(bound, i < f.bounds.size() ? f.bounds[i] : INFINITY);
      line("_bucket", bound + '"', static_cast<double>(below));
    }
    line("_sum", "", s.value);
    line("_count", "", static_cast<double>(below));
  }
}

std::string Metrics::render() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const Family& f : families_)
    render(f, out);
  return out;
}

}  // namespace claif

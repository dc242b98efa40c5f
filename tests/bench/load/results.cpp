#include "load/results.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace claif::bench {
namespace {

std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else {
      out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  return out + '"';
}

// Appends members to an object that is being written.
class Object {
 public:
  Object& raw(const std::string& key, const std::string& json) {
    text_ += (text_.empty() ? "{" : ",") + quoted(key) + ":" + json;
    return *this;
  }
  Object& count(const std::string& key, std::uint64_t value) {
    return raw(key, std::to_string(value));
  }
  Object& real(const std::string& key, double value) { return raw(key, number(value)); }
  std::string end() const { return text_.empty() ? "{}" : text_ + "}"; }

 private:
  std::string text_;
};

// Percentiles in microseconds.
std::string percentiles(std::vector<std::int64_t>& values) {
  std::sort(values.begin(), values.end());
  const auto at = [&values](double part) {
    const double rank = std::ceil(part * static_cast<double>(values.size()));
    const auto index = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
    return static_cast<double>(values[index]) / 1e3;
  };
  return Object()
      .count("n", values.size())
      .real("min", at(0))
      .real("p50", at(0.5))
      .real("p90", at(0.9))
      .real("p99", at(0.99))
      .real("max", at(1))
      .end();
}

void add_usage(Object& out, const Results& results) {
  const double cpu_us = cpu_seconds(results.before, results.after) * 1e6;
  out.real("cpu_us", cpu_us);
  if (results.succeeded > 0) {
    out.real("cpu_us_request", cpu_us / static_cast<double>(results.succeeded));
  }
  if (results.events > 0) out.real("cpu_us_event", cpu_us / static_cast<double>(results.events));
  out.raw("rss_kb", std::to_string(results.after.rss_kb));
  out.raw("peak_rss_kb", std::to_string(results.after.peak_rss_kb));
  out.raw("threads", std::to_string(results.after.threads));
}

}  // namespace

std::string to_json(const Options& options, Results results) {
  Object out;
  out.raw("loop", options.rate > 0 ? "\"open\"" : "\"closed\"")
      .real("seconds", results.seconds)
      .count("succeeded", results.succeeded)
      .count("failed", results.failed)
      .count("reconnects", results.reconnects)
      .count("bytes", results.bytes)
      .count("events", results.events)
      .real("requests_per_second", static_cast<double>(results.succeeded) / results.seconds);
  const auto add = [&out](const char* key, std::vector<std::int64_t>& values) {
    if (!values.empty()) out.raw(key, percentiles(values));
  };
  add("latency_us", results.latency);
  add("first_byte_us", results.first_byte);
  add("first_event_us", results.first_event);
  add("first_token_us", results.first_token);
  add("one_way_us", results.one_way);
  if (options.pid > 0) add_usage(out, results);
  Object statuses;
  for (const auto& [status, count] : results.statuses) {
    statuses.count(std::to_string(status), count);
  }
  out.raw("statuses", statuses.end());
  if (!results.first_failure.empty()) out.raw("first_failure", quoted(results.first_failure));
  return out.end();
}

}  // namespace claif::bench

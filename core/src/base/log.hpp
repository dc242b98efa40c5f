// The log: spdlog behind it, injected, never a registry. Keys and other secrets are redacted by
// value.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace claif {

enum class LogLevel : int32_t { trace, debug, info, warn, error, off };

// Thread-safe. Lines go to standard error.
class Log {
 public:
  explicit Log(LogLevel level = LogLevel::warn);
  ~Log();

  void set_level(LogLevel level);
  LogLevel level() const { return level_.load(std::memory_order_relaxed); }
  bool logs(LogLevel level) const { return level >= this->level(); }
  // From now on `value` never appears in a line. Values under 6 bytes are too common to redact.
  void redact(std::string_view value);

  // `text` without the values that were given to redact().
  std::string redacted(std::string text);

  // Control characters of the line are escaped.
  void write(LogLevel level, std::string_view line);
  void debug(std::string_view line) { write(LogLevel::debug, line); }
  void info(std::string_view line) { write(LogLevel::info, line); }
  void warn(std::string_view line) { write(LogLevel::warn, line); }
  void error(std::string_view line) { write(LogLevel::error, line); }

 private:
  struct Sink;
  std::atomic<LogLevel> level_;
  std::unique_ptr<Sink> sink_;
  std::mutex mutex_;
  std::vector<std::string> secrets_;
};

// Control characters as \xNN, so that a line stays a line and a terminal stays as it was.
std::string escape_controls(std::string_view text);

}  // namespace claif

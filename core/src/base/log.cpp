#include "base/log.hpp"

#include <algorithm>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace claif {
namespace {

void replace_all(std::string& line, std::string_view what) {
  static constexpr std::string_view kShown = "[redacted]";
  for (size_t at = line.find(what); at != std::string::npos;
       at = line.find(what, at + kShown.size()))
    line.replace(at, what.size(), kShown);
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  return static_cast<spdlog::level::level_enum>(level);
}

}  // namespace

struct Log::Sink {
  spdlog::logger logger{"claif", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
};

Log::Log(LogLevel level) : level_(level), sink_(std::make_unique<Sink>()) {
  sink_->logger.set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  sink_->logger.set_level(spdlog::level::trace);
}
Log::~Log() = default;

void Log::set_level(LogLevel level) {
  level_.store(level, std::memory_order_relaxed);
}

void Log::redact(std::string_view value) {
  if (value.size() < 6) return;
  const std::lock_guard lock(mutex_);
  // Longer ones first: a secret that begins another must not leave the other's end behind.
  const auto shorter = [&](const std::string& known) { return known.size() < value.size(); };
  secrets_.emplace(std::find_if(secrets_.begin(), secrets_.end(), shorter), value);
}

void Log::write(LogLevel level, std::string_view line) {
  if (!logs(level)) return;
  sink_->logger.log(to_spdlog(level), redacted(escape_controls(line)));
}

std::string Log::redacted(std::string text) {
  const std::lock_guard lock(mutex_);
  for (const std::string& secret : secrets_)
    replace_all(text, secret);
  return text;
}

std::string escape_controls(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      out.push_back(c);
      continue;
    }
    out += "\\x";
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

}  // namespace claif

#include "cache/envelope.hpp"

#include "base/sha256.hpp"

#include <charconv>

namespace claif::cache {
namespace {

constexpr std::string_view kMagic = "claif1 ";
constexpr size_t kDigits = 64;

}  // namespace

std::string seal(std::string_view key, int64_t expires_ms, std::string_view message_json) {
  std::string out(kMagic);
  out.append(key)
      .append(" ")
      .append(std::to_string(expires_ms))
      .append(" ")
      .append(hex(sha256(message_json)))
      .append("\n")
      .append(message_json);
  return out;
}

std::optional<std::string> open(std::string_view envelope, std::string_view key, int64_t now_ms) {
  const size_t line_end = envelope.find('\n');
  if (line_end == std::string_view::npos || !envelope.starts_with(kMagic)) return std::nullopt;
  std::string_view line = envelope.substr(kMagic.size(), line_end - kMagic.size());
  const std::string_view message = envelope.substr(line_end + 1);
  if (!line.starts_with(key) || line.size() < key.size() + 1 || line[key.size()] != ' ')
    return std::nullopt;
  line.remove_prefix(key.size() + 1);
  int64_t expires = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), expires);
  line.remove_prefix(static_cast<size_t>(end - line.data()));
  if (error != std::errc() || line.size() != kDigits + 1 || line[0] != ' ' || expires <= now_ms)
    return std::nullopt;
  if (line.substr(1) != hex(sha256(message))) return std::nullopt;
  return std::string(message);
}

}  // namespace claif::cache

#include "settings.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

namespace claif::transport_anthropic {

const char kSettingsSchema[] = R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "base_url": {
      "description": "Where the API is; default https://api.anthropic.com",
      "type": "string", "pattern": "^https?://."
    },
    "api_key": {"description": "Sent as x-api-key; wins over auth_token", "type": "string"},
    "auth_token": {"description": "Sent as Authorization: Bearer", "type": "string"},
    "connect_timeout": {
      "description": "Name lookup, connect and TLS; default 5s",
      "type": ["string", "integer"]
    },
    "first_byte_timeout": {
      "description": "From the start to the first byte of the answer; default 60s",
      "type": ["string", "integer"]
    },
    "idle_timeout": {
      "description": "Between two pieces of the answer; default 90s",
      "type": ["string", "integer"]
    },
    "total_timeout": {
      "description": "The whole exchange; default 15m",
      "type": ["string", "integer"]
    },
    "headers": {
      "description": "More request headers, by name",
      "type": "object", "additionalProperties": {"type": "string"}
    }
  }
})";

namespace {

std::string trimmed(std::string text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.back()))
    text.pop_back();
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), blank));
  return text;
}

bool is_loopback(std::string_view url) {
  url.remove_prefix(std::min(url.find("//") + 2, url.size()));
  std::string_view host = url.substr(0, url.find_first_of("/?#"));
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1) == "[::1]";
  host = host.substr(0, host.find(':'));
  return host == "localhost" || (host.starts_with("127.") &&
                                 host.find_first_not_of("0123456789.") == std::string_view::npos);
}

std::string read_base_url(const sdk::Config& config) {
  std::string url = trimmed(config.string("base_url", "https://api.anthropic.com"));
  if (!url.starts_with("https://") && !url.starts_with("http://"))
    throw sdk::Error("'base_url' must begin with https:// or http://", CLAIF_E_ARG);
  if (url.find_first_of("?#@ ") != std::string::npos)
    throw sdk::Error("'base_url' must have no query, fragment, user name or blank", CLAIF_E_ARG);
  while (url.ends_with('/'))
    url.pop_back();
  if (url.ends_with("/v1")) url.resize(url.size() - 3);
  return url;
}

bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_header_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

std::string read_secret(const sdk::Config& config, const char* key) {
  std::string value = trimmed(config.string(key, ""));
  if (!is_header_value(value))
    throw sdk::Error(std::string("'") + key + "' holds a character that no HTTP header may hold",
                     CLAIF_E_ARG);
  return value;
}

uint32_t read_timeout(const sdk::Config& config, const char* key) {
  return static_cast<uint32_t>(
      std::min<uint64_t>(config.duration_ms(key, 0), std::numeric_limits<uint32_t>::max()));
}

}  // namespace

Settings::Settings(const sdk::Config& config)
    : connect_timeout_ms(read_timeout(config, "connect_timeout")),
      first_byte_timeout_ms(read_timeout(config, "first_byte_timeout")),
      idle_timeout_ms(read_timeout(config, "idle_timeout")),
      total_timeout_ms(read_timeout(config, "total_timeout")) {
  const std::string base = read_base_url(config);
  messages_url = base + "/v1/messages";
  models_url = base + "/v1/models?limit=1000";

  headers.emplace_back("user-agent", "claif/0.1.0");
  if (std::string key = read_secret(config, "api_key"); !key.empty()) {
    headers.emplace_back("x-api-key", std::move(key));
  } else if (const std::string token = read_secret(config, "auth_token"); !token.empty()) {
    headers.emplace_back("authorization", "Bearer " + token);
  } else {
    lacks_key = !is_loopback(base);
  }
  for (auto& [name, value] : config.string_map("headers")) {
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (!is_token(name) || !is_header_value(value))
      throw sdk::Error("'headers' holds '" + name + "', which is no valid HTTP header",
                       CLAIF_E_ARG);
    headers.emplace_back(name, value);
  }
}

}  // namespace claif::transport_anthropic

// The configuration: what an operator can decide, and where each value came from.
#pragma once

#include <claif/result.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claif {

// {"use": name, "config": {...}}: which plugin fills a place, and with what configuration.
struct PluginSpec {
  std::string use;
  std::string config_json = "{}";
};

struct Preset {
  std::string model;
  std::optional<int64_t> max_tokens;
};

struct GatewayConfig {
  std::string host = "127.0.0.1";
  uint16_t port = 8787;  // 0: a free one
  unsigned threads = 1;
  std::string auth_token;                  // empty: no authentication, loopback only
  bool insecure_http = false;              // allows a non-loopback address without TLS
  std::vector<std::string> allowed_hosts;  // Host values beyond loopback names
  size_t max_body = 32u * 1024 * 1024;
  size_t max_connections = 1024;
  uint32_t header_timeout_ms = 10'000, body_timeout_ms = 15'000, idle_timeout_ms = 60'000,
           write_timeout_ms = 30'000;
  uint32_t shutdown_ms = 30'000;
};

// The response cache: the members of "cache" but the backend.
struct CacheConfig {
  bool on = false;
  std::map<std::string, bool, std::less<>> routes;
  uint64_t ttl_ms = 3'600'000;
  bool tool_calls = false, sampled = false, shared = false, compress = false;
  uint64_t stale_if_error_ms = 0;
  std::string encryption_key;  // 64 hex digits; empty: none
};

struct Config {
  PluginSpec transport, approval;
  std::vector<PluginSpec> hooks, observers;
  std::optional<PluginSpec> cache, sessions;
  std::optional<PluginSpec> responses;  // a session store for the Responses API; none by default
  CacheConfig cache_policy;
  std::string model;  // used when a command names none
  std::map<std::string, Preset, std::less<>> presets;
  std::map<std::string, std::string, std::less<>> model_aliases;
  std::map<std::string, std::string, std::less<>> secrets;
  std::vector<std::string>
      secret_values;  // everything that came from ${env:}, ${file:} or is a key: to redact
  std::vector<std::filesystem::path> plugin_dirs;
  bool check_plugins = false;  // watch that plugins keep the event loop free
  std::string log_level = "warn";
  bool strict = false;
  unsigned retries = 2;
  uint32_t approval_timeout_ms = 1'000, request_timeout_ms = 900'000;
  GatewayConfig gateway;
  std::filesystem::path home;  // state: sessions, staging
};

// The JSON Schema of the configuration file.
std::string_view config_schema();

}  // namespace claif

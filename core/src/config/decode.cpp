#include "config/decode.hpp"

#include <fstream>
#include <sstream>

namespace claif::config {
namespace {

Result<std::string> look_up(std::string_view reference, const Env& env, const std::string& path) {
  const size_t colon = reference.find(':');
  const std::string kind(reference.substr(0, colon)),
      name(colon == std::string_view::npos ? "" : reference.substr(colon + 1));
  if (kind == "env") {
    if (auto value = env(name)) return *value;
    return fail(Errc::configuration,
                "'" + path + "' refers to the environment variable " + name + ", which is not set");
  }
  if (kind == "file") {
    std::ifstream in(name);
    std::stringstream text;
    text << in.rdbuf();
    if (!in)
      return fail(Errc::configuration,
                  "'" + path + "' refers to the file " + name + ", which cannot be read");
    std::string value = text.str();
    while (!value.empty() && (value.back() == '\n' || value.back() == '\r'))
      value.pop_back();
    return value;
  }
  return fail(Errc::configuration, "'" + path + "' contains ${" + std::string(reference) +
                                       "}: only ${env:NAME} and ${file:path} are known");
}

Result<std::string> expand_text(std::string_view text,
                                const Env& env,
                                const std::string& path,
                                std::vector<std::string>& secrets) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t open = text.find("${", at);
    out += text.substr(at, open == std::string_view::npos ? open : open - at);
    if (open == std::string_view::npos) break;
    const size_t close = text.find('}', open);
    if (close == std::string_view::npos)
      return fail(Errc::configuration, "'" + path + "' has a ${ without its }");
    CLAIF_TRY(std::string value, look_up(text.substr(open + 2, close - open - 2), env, path));
    secrets.push_back(value);
    out += value;
    at = close + 1;
  }
  return out;
}

PluginSpec plugin(const json::Value& v) {
  PluginSpec out{std::string(json::string_or(v, "use")), "{}"};
  if (const json::Value* config = json::find(v, "config")) out.config_json = json::dump(*config);
  return out;
}

std::vector<PluginSpec> plugins(const json::Value& root, std::string_view key) {
  std::vector<PluginSpec> out;
  if (const json::Value* list = json::find(root, key))
    for (const auto& item : list->GetArray())
      out.push_back(plugin(item));
  return out;
}

template <class T>
void number(const json::Value& object, std::string_view key, T& out) {
  out = static_cast<T>(json::integer_or(object, key, static_cast<int64_t>(out)));
}
void boolean(const json::Value& object, std::string_view key, bool& out) {
  if (const json::Value* v = json::find(object, key)) out = v->IsTrue();
}

void cache_policy(const json::Value& v, CacheConfig& out) {
  out.on = json::string_or(v, "mode") == "on";
  if (const json::Value* routes = json::find(v, "routes"))
    for (const auto& route : routes->GetObject())
      out.routes[std::string(json::text(route.name))] = json::text(route.value) == "on";
  number(v, "ttl_ms", out.ttl_ms);
  boolean(v, "tool_calls", out.tool_calls);
  boolean(v, "sampled", out.sampled);
  boolean(v, "shared", out.shared);
  boolean(v, "compress", out.compress);
  number(v, "stale_if_error_ms", out.stale_if_error_ms);
  out.encryption_key = json::string_or(v, "encryption_key");
}

GatewayConfig gateway(const json::Value& v) {
  GatewayConfig out;
  out.host = json::string_or(v, "host", out.host);
  out.auth_token = json::string_or(v, "auth_token");
  boolean(v, "insecure_http", out.insecure_http);
  number(v, "port", out.port);
  number(v, "threads", out.threads);
  number(v, "max_body", out.max_body);
  number(v, "max_connections", out.max_connections);
  number(v, "header_timeout_ms", out.header_timeout_ms);
  number(v, "body_timeout_ms", out.body_timeout_ms);
  number(v, "idle_timeout_ms", out.idle_timeout_ms);
  number(v, "write_timeout_ms", out.write_timeout_ms);
  number(v, "shutdown_ms", out.shutdown_ms);
  if (const json::Value* hosts = json::find(v, "allowed_hosts"))
    for (const auto& host : hosts->GetArray())
      out.allowed_hosts.emplace_back(json::text(host));
  return out;
}

std::map<std::string, Preset, std::less<>> presets(const json::Value& v) {
  std::map<std::string, Preset, std::less<>> out;
  for (const auto& member : v.GetObject()) {
    Preset preset{std::string(json::string_or(member.value, "model")), std::nullopt};
    if (const json::Value* tokens = json::find(member.value, "max_tokens"))
      preset.max_tokens = tokens->GetInt64();
    out.emplace(json::text(member.name), std::move(preset));
  }
  return out;
}

std::map<std::string, std::string, std::less<>> strings(const json::Value& root,
                                                        std::string_view key) {
  std::map<std::string, std::string, std::less<>> out;
  if (const json::Value* v = json::find(root, key))
    for (const auto& member : v->GetObject())
      out.emplace(json::text(member.name), json::text(member.value));
  return out;
}

}  // namespace

Result<void> expand(json::Value& value,
                    rapidjson::Document::AllocatorType& allocator,
                    const Env& env,
                    const std::string& path,
                    std::vector<std::string>& secrets) {
  if (value.IsObject()) {
    for (auto& member : value.GetObject())
      CLAIF_CHECK(expand(member.value, allocator, env,
                         path.empty() ? std::string(json::text(member.name))
                                      : path + "." + std::string(json::text(member.name)),
                         secrets));
  } else if (value.IsArray()) {
    for (auto& item : value.GetArray())
      CLAIF_CHECK(expand(item, allocator, env, path, secrets));
  } else if (value.IsString() && json::text(value).find("${") != std::string_view::npos) {
    CLAIF_TRY(const std::string text, expand_text(json::text(value), env, path, secrets));
    value.SetString(text.data(), static_cast<unsigned>(text.size()), allocator);
  }
  return {};
}

Config decode(const json::Value& root) {
  Config out;
  if (const json::Value* v = json::find(root, "transport")) out.transport = plugin(*v);
  if (const json::Value* v = json::find(root, "approval")) out.approval = plugin(*v);
  out.hooks = plugins(root, "hooks");
  out.observers = plugins(root, "observers");
  if (const json::Value* v = json::find(root, "cache")) {
    if (json::find(*v, "use") != nullptr) out.cache = plugin(*v);
    cache_policy(*v, out.cache_policy);
  }
  const auto place = [&root](const char* name) {
    const json::Value* v = json::find(root, name);
    const bool filled = v != nullptr && json::find(*v, "use") != nullptr;
    return filled ? std::optional(plugin(*v)) : std::nullopt;
  };
  out.sessions = place("sessions");
  out.responses = place("responses");
  out.model = json::string_or(root, "model");
  if (const json::Value* v = json::find(root, "presets")) out.presets = presets(*v);
  out.model_aliases = strings(root, "model_aliases");
  out.secrets = strings(root, "secrets");
  if (const json::Value* v = json::find(root, "plugin_dirs"))
    for (const auto& dir : v->GetArray())
      out.plugin_dirs.emplace_back(std::string(json::text(dir)));
  if (const json::Value* v = json::find(root, "log"))
    out.log_level = json::string_or(*v, "level", out.log_level);
  boolean(root, "check_plugins", out.check_plugins);
  boolean(root, "strict", out.strict);
  number(root, "retries", out.retries);
  number(root, "approval_timeout_ms", out.approval_timeout_ms);
  number(root, "request_timeout_ms", out.request_timeout_ms);
  if (const json::Value* v = json::find(root, "gateway")) out.gateway = gateway(*v);
  return out;
}

}  // namespace claif::config

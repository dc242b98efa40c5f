#include "pipeline/engine.hpp"

#include "base/ids.hpp"
#include "net/curl_client.hpp"
#include "plugin/static_plugins.hpp"

#include <cstdint>
#include <dlfcn.h>

namespace claif {
namespace {

namespace fs = std::filesystem;

LogLevel parse_level(std::string_view name) {
  constexpr std::string_view kNames[] = {"trace", "debug", "info", "warn", "error", "off"};
  for (int32_t i = 0; i < 6; ++i)
    if (kNames[i] == name) return static_cast<LogLevel>(i);
  return LogLevel::warn;
}

double random_unit() {
  uint32_t n = 0;
  random_bytes(&n, sizeof n);
  return n / 4294967296.0;
}

fs::path staging_dir(const Config& config) {
  return config.home / "staging";
}

std::map<std::string, Secret, std::less<>> secrets_of(const Config& config) {
  std::map<std::string, Secret, std::less<>> out;
  for (const auto& [name, value] : config.secrets)
    out.emplace(name, Secret(value));
  return out;
}

}  // namespace

fs::path bundled_plugin_dir() {
  Dl_info info{};
  static const int kHere = 0;
  if (::dladdr(&kHere, &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code error;
  const fs::path here = fs::canonical(info.dli_fname, error)
                            .parent_path();  // of libclaif.so, or of a program with it inside
  for (const fs::path& candidate : {here / "claif" / "plugins", here.parent_path() / "plugins"})
    if (fs::is_directory(candidate, error)) return candidate;
  return {};
}

std::unique_ptr<plugin::Loader> make_loader(const Config& config) {
  return std::make_unique<plugin::Loader>(config.plugin_dirs, staging_dir(config),
                                          plugin::static_plugins());
}

cache::Policy policy_of(const CacheConfig& config) {
  cache::Policy out;
  out.on = config.on;
  out.routes = config.routes;
  out.ttl = Millis(config.ttl_ms);
  out.tool_calls = config.tool_calls;
  out.sampled = config.sampled;
  out.shared = config.shared;
  out.stale_if_error = Millis(config.stale_if_error_ms);
  out.sealing.compress = config.compress;
  if (!config.encryption_key.empty()) out.sealing.secret = parse_aes_key(config.encryption_key);
  return out;
}

Engine::Engine(Config config) : config_(std::move(config)), log_(parse_level(config_.log_level)) {
  for (const std::string& secret : config_.secret_values)
    log_.redact(secret);
  settings_.request_timeout = Millis(config_.request_timeout_ms);
  settings_.approval_timeout = Millis(config_.approval_timeout_ms);
  settings_.retries = config_.retries;
  settings_.cache = policy_of(config_.cache_policy);
  settings_.random = &random_unit;
}

Result<std::unique_ptr<Engine>> Engine::create(Config config, unsigned threads) {
  std::unique_ptr<Engine> out(new Engine(std::move(config)));
  std::error_code ignored;
  fs::create_directories(out->config_.home, ignored);
  plugin::HostServices services{
      out->clock_, out->log_, out->metrics_, out->pool_, secrets_of(out->config_), {}, {}, {}};
  for (unsigned i = 0; i < threads; ++i) {
    auto& worker = *out->workers_.emplace_back(std::make_unique<Worker>(out->clock_));
    services.loops.push_back(
        {&worker.loop, [&worker]() -> net::HttpClient& { return worker.loop.http(); }});
  }
  services.check_plugins = out->config_.check_plugins;
  services.on_fault = [engine = out.get()](const plugin::Instance& instance, std::string_view what,
                                           bool quarantined) {
    engine->report_fault(instance, what, quarantined);
  };
  plugin::Module::on_still_mapped = [engine = out.get()](std::string_view origin) {
    engine->log_.warn("the plugin file " + std::string(origin) +
                      " is retired, but still mapped: a thread of it, or a thread_local, keeps it");
  };
  out->plugins_ =
      std::make_unique<plugin::PluginManager>(std::move(services), out->config_.plugin_dirs,
                                              staging_dir(out->config_), plugin::static_plugins());
  CLAIF_CHECK(out->fill_places());
  return out;
}

Result<void> Engine::fill_places() {
  using plugin::kind_of;
  CLAIF_TRY(transport_, plugins_->fill("transport", kind_of("transport"), config_.transport));
  CLAIF_TRY(approval_, plugins_->fill("approval", kind_of("approval"), config_.approval));
  if (config_.cache) {
    CLAIF_TRY(cache_, plugins_->fill("cache", kind_of("cache"), *config_.cache));
  }
  if (config_.sessions) {
    CLAIF_TRY(store_, plugins_->fill("sessions", kind_of("store"), *config_.sessions));
  }
  if (config_.responses) {
    CLAIF_TRY(responses_, plugins_->fill("responses", kind_of("store"), *config_.responses));
  }
  std::vector<plugin::Slot*> observing;
  for (size_t i = 0; i < config_.observers.size(); ++i) {
    CLAIF_TRY(auto slot, plugins_->fill("observers[" + std::to_string(i) + "]", kind_of("observer"),
                                        config_.observers[i]));
    observing.push_back(observing_.emplace_back(std::move(slot)).get());
  }
  pipeline::Places places{transport_.get(), approval_.get(), cache_.get(), store_.get(), {},
                          flights_,         &sessions_};
  for (size_t i = 0; i < config_.hooks.size(); ++i) {
    CLAIF_TRY(auto slot, plugins_->fill("hooks[" + std::to_string(i) + "]", kind_of("hook"),
                                        config_.hooks[i]));
    places.hooks.push_back(hooks_.emplace_back(std::move(slot)).get());
  }
  observers_ = std::make_unique<bus::ObserverQueue>(clock_, metrics_, std::move(observing));
  sessions_.on_event([queue = observers_.get()](std::string_view what, std::string_view session) {
    queue->publish({CLAIF_EV_SESSION, 0, 0, session, what, {}});
  });
  for (auto& worker : workers_)
    worker->pipeline = std::make_unique<pipeline::Pipeline>(worker->loop, pool_, places,
                                                            *observers_, log_, settings_);
  return {};
}

void Engine::report_fault(const plugin::Instance& instance,
                          std::string_view what,
                          bool quarantined) {
  std::string line = "the plugin " + instance.id() + " (generation " +
                     std::to_string(instance.generation()) + ") misbehaved: " + std::string(what);
  if (quarantined) line += "; it is quarantined until it is swapped or claif restarts";
  log_.warn(line);
  if (observers_)
    observers_->publish(
        {CLAIF_EV_PLUGIN, 0, static_cast<int64_t>(instance.generation()), {}, instance.id(), what});
}

void Engine::start() {
  for (auto& worker : workers_)
    worker->thread = std::thread([&loop = worker->loop] { loop.run(); });
}

void Engine::run() {
  for (size_t i = 1; i < workers_.size(); ++i)
    workers_[i]->thread = std::thread([&loop = workers_[i]->loop] { loop.run(); });
  workers_[0]->loop.run();
}

void Engine::stop() {
  for (auto& worker : workers_)
    worker->loop.stop();
}

Engine::~Engine() {
  stop();
  for (auto& worker : workers_)
    if (worker->thread.joinable()) worker->thread.join();
  observers_.reset();  // delivers what is queued
  pool_.stop();
  hooks_.clear();
  observing_.clear();
  cache_.reset();
  store_.reset();
  responses_.reset();
  approval_.reset();
  transport_.reset();
  plugin::Module::on_still_mapped = nullptr;
}

}  // namespace claif

// A pipeline on a manual loop, its places filled with scripted plugins.
#pragma once

#include "pipeline/answers.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/test_plugins.hpp"
#include "support/linked_plugin.hpp"
#include "support/manual_loop.hpp"
#include "support/memory_sink.hpp"

#include <claif/abi/abi.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace claif::test {

// One request on its way. Must outlive its run.
struct Run {
  explicit Run(Loop& loop) : sink(loop) {}
  pipeline::RunContext context;
  MemorySink sink;
  std::optional<Result<void>> outcome;
  bool done() const { return outcome.has_value(); }
  bool ok() const { return done() && outcome->has_value(); }
  Error error() const { return done() && !*outcome ? outcome->error() : Error{}; }
};

class PipelineRig {
 public:
  PipelineRig() {
    services.loops.push_back({&loop, {}});
    settings.random = [] { return 0.0; };
    transport = place<ScriptedTransport>("transport", services);
    approval = place<ScriptedApproval>("approval", services);
    transport->trace = approval->trace = &trace;
  }
  ~PipelineRig() {
    transport->open.clear();
    if (cache.plugin != nullptr) cache->held.clear();
    if (store.plugin != nullptr) store->held.clear();
    loop.settle();
  }

  void use_cache() {
    cache = place<ScriptedCache>("cache", services);
    cache->trace = &trace;
    settings.cache.on = true;
  }
  void use_store() {
    store = place<ScriptedStore>("sessions", services);
    store->trace = &trace;
  }
  ScriptedHook& add_hook(const std::string& name) {
    auto& hook = hooks.emplace_back(place<ScriptedHook>("hooks[" + name + "]", services));
    hook->name = name;
    hook->trace = &trace;
    return *hook.plugin;
  }
  void use_observer() { observer = place<RecordingObserver>("observers[0]", services); }

  // The pipeline, made when first needed: places and settings are fixed from then on.
  pipeline::Pipeline& pipeline() {
    if (pipeline_) return *pipeline_;
    std::vector<plugin::Slot*> watching, hooking = other_hooks;
    if (observer.slot) watching.push_back(observer.slot.get());
    for (auto& hook : hooks)
      hooking.push_back(hook.slot.get());
    observers = std::make_unique<bus::ObserverQueue>(clock, metrics, watching);
    pipeline_ = std::make_unique<pipeline::Pipeline>(
        loop, pool,
        pipeline::Places{transport.slot.get(),
                         other_approval != nullptr ? other_approval : approval.slot.get(),
                         cache.slot.get(), store.slot.get(), hooking, flights, &sessions},
        *observers, log, settings);
    return *pipeline_;
  }

  // A request as decode_chat would make it, not yet begun.
  std::unique_ptr<Run> request(bool stream, const std::string& more = "") {
    auto run = std::make_unique<Run>(loop);
    auto decoded = wire::decode_chat(
        R"({"model":"claude-opus-5-5","max_tokens":100,"messages":[{"role":"user","content":"Hi"}])" +
            std::string(stream ? R"(,"stream":true)" : "") + more + "}",
        {});
    if (!decoded) throw std::runtime_error(decoded.error().message);
    run->context.request = std::move(decoded->messages);
    run->context.route = "chat.completions";
    return run;
  }
  void start(Run& run) {
    spawn(drive(pipeline(), run));
    loop.settle();
  }
  // A request from begin to end, as far as no time passes.
  std::unique_ptr<Run> ask(bool stream, const std::string& more = "") {
    auto run = request(stream, more);
    start(*run);
    return run;
  }
  static inline const std::string kTool =
      R"(,"tools":[{"type":"function","function":{"name":"get_time"}}])";

  FakeClock clock;
  ManualLoop loop{clock};
  Log log{LogLevel::off};
  Metrics metrics;
  BlockingPool pool{1};
  plugin::HostServices services{clock, log, metrics, pool, {}, {}, {}, {}};
  pipeline::Settings settings;
  cache::Flights flights;
  session::Manager sessions;
  Trace trace;
  Placed<ScriptedTransport> transport;
  Placed<ScriptedApproval> approval;
  Placed<ScriptedCache> cache;
  Placed<ScriptedStore> store;
  Placed<RecordingObserver> observer;
  std::vector<Placed<ScriptedHook>> hooks;
  plugin::Slot* other_approval = nullptr;  // in the place of `approval`
  std::vector<plugin::Slot*> other_hooks;  // before `hooks`
  std::unique_ptr<bus::ObserverQueue> observers;

 private:
  static Task<void> drive(pipeline::Pipeline& pipeline, Run& run) {
    auto running = pipeline.run(run.context, run.sink);
    Result<void> outcome = co_await std::move(running);
    run.outcome.emplace(std::move(outcome));
  }
  std::unique_ptr<pipeline::Pipeline> pipeline_;
};

}  // namespace claif::test

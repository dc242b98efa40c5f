// The pipeline: every request, of every front end, goes through run() once (architecture.md section
// 3).
#pragma once

#include "approval/approver.hpp"
#include "approval/stream_gate.hpp"
#include "base/log.hpp"
#include "bus/hook_bus.hpp"
#include "bus/observer_queue.hpp"
#include "cache/flight.hpp"
#include "cache/policy.hpp"
#include "pipeline/context.hpp"
#include "plugin/transport_call.hpp"
#include "wire/assemble.hpp"
#include "wire/stream_order.hpp"

#include <claif/result.hpp>

#include <functional>
#include <optional>
#include <string>

namespace claif::pipeline {

struct Settings {
  Millis request_timeout{900'000};
  Millis approval_timeout{1'000};
  Millis hook_timeout{250};
  Millis cache_timeout{50};
  Millis store_timeout{10'000};
  unsigned retries = 2;
  cache::Policy cache{};
  std::function<double()> random;  // in [0, 1)
};

// The plugins that fill the pipeline's places. cache and store may be null; with a store there is a
// manager of its sessions.
struct Places {
  plugin::Slot* transport;
  plugin::Slot* approval;
  plugin::Slot* cache;
  plugin::Slot* store;
  std::vector<plugin::Slot*> hooks;
  cache::Flights& flights;  // of all the pipelines
  session::Manager* sessions = nullptr;
};

// One for each loop; loop thread only. The order of the stages is in run.cpp.
class Pipeline {
 public:
  Pipeline(Loop& loop,
           BlockingPool& pool,
           Places places,
           bus::ObserverQueue& observers,
           Log& log,
           const Settings& settings);

  // Ends when the answer has been handed to `sink`, or with the reason why not. Both must outlive
  // the task.
  Task<Result<void>> run(RunContext& context, EventSink& sink);

  plugin::OpPool& ops() { return ops_; }
  plugin::CallSite site(plugin::Slot& slot) { return {slot, ops_, pool_}; }

 private:
  // What is known of an answer that streams.
  struct Relay {
    wire::EventParser parser, released_parser, early_parser;
    wire::StreamOrder order;
    approval::StreamGate gate;
    std::optional<wire::MessageAssembler> assembler;  // when something needs the whole message
    bool to_client = true;           // false: collected for a request that does not stream
    bool stopped = false;            // message_stop was seen; it is not yet passed on
    std::string stop_json;           // it
    std::vector<std::string> early;  // for native clients: what came before message_start
  };

  Task<Result<void>> stages(RunContext& context, EventSink& sink);
  Task<void> after(RunContext& context, const Result<void>& outcome);

  // run.cpp calls these in order; each is in the file that its comment names.
  Task<Result<std::optional<std::string>>> filter_request(RunContext& context);  // turn.cpp
  Task<Result<void>> load_history(RunContext& context);                          // turn.cpp
  Task<void> store_turn(RunContext& context, std::string answer_json);           // turn.cpp
  Task<Result<void>> preview(RunContext& context);                               // preview.cpp
  Task<std::optional<cache::Entry>> look_up(RunContext& context);                // cached.cpp
  Task<std::optional<cache::Entry>> find_cached(RunContext& context);            // cached.cpp
  Result<std::string> key_of(RunContext& context) const;                         // cached.cpp
  Task<Result<void>> deliver_cached(RunContext& context,
                                    EventSink& sink,
                                    std::string message_json);                // cached.cpp
  Task<Result<void>> ask_or_use_stale(RunContext& context, EventSink& sink);  // cached.cpp
  Task<void> keep(RunContext& context,
                  const wire::Message& message,
                  std::string_view json);                            // cached.cpp
  Task<Result<void>> ask(RunContext& context, EventSink& sink);      // upstream.cpp
  Task<Result<void>> attempt(RunContext& context, EventSink& sink);  // upstream.cpp
  Task<Result<void>> relay(RunContext& context,
                           EventSink& sink,
                           Relay& relay,
                           const plugin::Batch& batch);  // relay.cpp
  // Hooks, take_event, and at the end the decision about the calls that were held.
  Task<Result<void>> relay_event(RunContext& context,
                                 EventSink& sink,
                                 Relay& relay,
                                 std::string_view json);  // relay.cpp
  Result<void> take_event(RunContext& context,
                          EventSink& sink,
                          Relay& relay,
                          std::string_view json);  // relay.cpp
  Task<Result<void>> decide_calls(RunContext& context, EventSink& sink,
                                  Relay& relay);  // relay.cpp
  void pass(RunContext& context,
            EventSink& sink,
            Relay& relay,
            const wire::Event& event);  // relay.cpp
  // An event that is not part of the message, for a native client.
  Result<void> show(RunContext& context,
                    EventSink& sink,
                    Relay& relay,
                    const wire::Event& event);  // relay.cpp
  Task<Result<void>> finish_stream(RunContext& context,
                                   EventSink& sink,
                                   Relay& relay);  // answers.cpp
  // A whole message: approval, session, cache, then the client. `fresh`: it came from upstream just
  // now.
  Task<Result<void>> deliver(RunContext& context,
                             EventSink& sink,
                             std::string message_json,
                             bool fresh);  // answers.cpp
  // True: a call was denied, so the message is no longer the upstream's.
  Task<bool> approve(RunContext& context, wire::Message& message);  // answers.cpp
  Task<Result<void>> deliver_count(RunContext& context,
                                   EventSink& sink,
                                   std::string json);  // answers.cpp
  void start_answer(RunContext& context, EventSink& sink);
  void observe(uint32_t kind,
               const RunContext& context,
               std::string_view name,
               int64_t value = 0,
               std::string_view body = {});
  bus::HookFacts facts(const RunContext& context) const;
  session::Caller caller(const RunContext& context);
  bool caches(const RunContext& context) const;

  Loop& loop_;
  BlockingPool& pool_;
  Places places_;
  bus::ObserverQueue& observers_;
  Log& log_;
  const Settings& settings_;
  plugin::OpPool ops_;
  bus::HookBus hooks_;
  approval::Approver approver_;
};

}  // namespace claif::pipeline

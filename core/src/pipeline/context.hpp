// One request on its way through the pipeline, and where its answer goes.
#pragma once

#include "base/clock.hpp"
#include "base/task.hpp"
#include "cache/flight.hpp"
#include "cache/policy.hpp"
#include "session/manager.hpp"
#include "wire/chat_request.hpp"
#include "wire/event.hpp"
#include "wire/message.hpp"
#include "wire/upstream_error.hpp"

#include <claif/chat.hpp>
#include <claif/result.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claif::pipeline {

// The client's wish to end a request. Loop thread only.
class Cancellation {
 public:
  void request() {
    if (std::exchange(requested_, true)) return;
    if (listener_) listener_();
  }
  bool requested() const { return requested_; }
  // What to do when the wish comes; replaces the listener before. Call with nullptr when it ends.
  void listen(std::function<void()> listener) { listener_ = std::move(listener); }

 private:
  bool requested_ = false;
  std::function<void()> listener_;
};

enum class CacheState { off, bypass, miss, hit, stale };
inline bool is_from_cache(CacheState state) {
  return state == CacheState::hit || state == CacheState::stale;
}

struct RunContext {
  // Set by the front end.
  wire::MessagesRequest request;
  std::string route;            // for observers, e.g. chat.completions
  std::string session, tenant;  // may be empty
  cache::Wish cache_wish;
  uint64_t number = 0;  // of the request in this process; 0: the pipeline gives it one
  // The client speaks Anthropic's own format: answers and errors reach it as they came (U5).
  bool native = false;
  bool counts_tokens = false;  // of a native client, for /v1/messages/count_tokens
  wire::KeyOwner key = wire::KeyOwner::caller;
  bool dry_run = false;  // find out what would be sent, and send nothing: `preview`
  Cancellation cancellation;

  // Set by the pipeline.
  Nanos began{};
  bool started = false;  // the answer has begun: errors go into the stream from here on
  CacheState cache = CacheState::off;
  bool tools_decided = false;       // the answer has tool calls, or what became of them
  bool calls_out_of_order = false;  // something that belongs to a call was passed over (G13)
  bool persisted = true;            // false: the session could not be stored
  wire::UpstreamHead head;          // of the upstream's answer
  // The body of its error answer, or its error event; absent when the error is not the upstream's.
  std::optional<std::string> upstream_error;
  wire::Usage usage;
  std::string cache_key, cache_owner;
  uint64_t cache_ticket = 0;              // cache::Flights::ticket
  int64_t age_ms = 0;                     // of an answer from the cache
  std::optional<cache::Entry> stale;      // what may stand in for an error of the upstream
  std::shared_ptr<cache::Flight> flight;  // when the answer is shared
  std::optional<session::Conversation> conversation;  // that the request goes on with
  std::string
      own_messages;  // the elements of "messages" that this request added: kept only with a session
  size_t hooks_entered = 0;
  std::vector<DeniedCall> denied;          // calls of the answer that approval refused
  std::optional<UpstreamRequest> preview;  // of a dry run
};

// The HTTP status that the client of `context` gets for `error`, if no answer has begun.
int status_of(const RunContext& context, const Error& error);

// Where an answer goes. Loop thread only. start comes first and once; then write for each event (a
// request that streams), or message or raw once (one that does not). A front end answers an error
// of run() itself when nothing was started, and gets it by fail() when something was.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void start(const RunContext& context) = 0;
  virtual void write(const wire::Event& event) = 0;
  virtual void message(const wire::Message& message) = 0;
  // In the place of message, for native requests: the answer's JSON.
  virtual void raw(std::string_view) {}
  virtual void fail(const Error& error) = 0;
  // Waits until the client took enough to go on: this is what makes a slow client pause the
  // upstream. False: the client is gone.
  virtual Task<bool> flush() = 0;
};

}  // namespace claif::pipeline

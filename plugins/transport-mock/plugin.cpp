#include "answer.hpp"
#include "script.hpp"

#include <claif/plugin.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace {

using namespace claif;
using namespace claif::transport_mock;

// Answers without a network. One mutex guards everything; it is not held while the host is called
// to take an item or a result, since the host may call resume or cancel from there.
class MockTransport {
 public:
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "replies": {
        "description": "Scripted replies; the first that matches and is not used up answers",
        "type": "array",
        "items": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "match": {
              "description": "Substring of the last user text; absent: matches all",
              "type": "string"
            },
            "text": {
              "description": "Text of the answer; may hold {{prompt}}, {{calls}}, {{model}}, {{request}}, {{last_request}}",
              "type": "string"
            },
            "tool_calls": {
              "description": "Tools that the answer calls",
              "type": "array",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["name"],
                "properties": {
                  "name": {"description": "Name of the tool", "type": "string"},
                  "input": {"description": "Its arguments; default {}", "type": "object"}
                }
              }
            },
            "stop_reason": {
              "description": "Default: tool_use with tool calls, else end_turn",
              "type": "string"
            },
            "error": {
              "description": "Answer with an upstream error instead",
              "type": "object",
              "additionalProperties": false,
              "required": ["status"],
              "properties": {
                "status": {
                  "description": "HTTP status",
                  "type": "integer", "minimum": 400, "maximum": 599
                },
                "type": {
                  "description": "Anthropic error type; default: the usual one of the status",
                  "type": "string"
                },
                "message": {"description": "Error message", "type": "string"},
                "retry_after": {
                  "description": "Seconds",
                  "type": "number", "minimum": 0, "maximum": 86400
                }
              }
            },
            "times": {
              "description": "Use this reply at most so often; default: always",
              "type": "integer", "minimum": 1
            }
          }
        }
      },
      "delay_ms": {
        "description": "Pause before an answer starts, in ms; default 0",
        "type": "integer", "minimum": 0
      },
      "event_delay_ms": {
        "description": "Pause between stream events, in ms; default 0",
        "type": "integer", "minimum": 0
      },
      "chunk": {
        "description": "Characters in a text delta; default: word by word",
        "type": "integer", "minimum": 1
      }
    }
  })";

  MockTransport(sdk::Host host, const sdk::Config& config)
      : host_(host),
        delay_ms_(static_cast<uint64_t>(config.integer("delay_ms", 0))),
        event_delay_ms_(static_cast<uint64_t>(config.integer("event_delay_ms", 0))),
        chunk_(static_cast<size_t>(config.integer("chunk", 0))),
        calls_metric_(host.metric(CLAIF_METRIC_COUNTER,
                                  "claif_mock_calls_total",
                                  "Requests that the mock transport answered",
                                  {"model"})),
        script_(config.items("replies")) {
    const bool waits = delay_ms_ > 0 || event_delay_ms_ > 0;
    if (waits && host.service<claif_executor_v1>(CLAIF_EXECUTOR_ID) == nullptr)
      throw sdk::Error("delays need claif.executor/1, which the host does not offer",
                       CLAIF_E_UNSUPPORTED);
  }

  void start(const sdk::Request& request, sdk::Op op) {
    std::unique_lock lock(mutex_);
    auto call = std::make_unique<Call>(*this, std::move(op));
    call->answer = request.counts_tokens() ? make_count(request) : make_answer(request);
    Call& entry = *call;
    calls_.emplace(entry.id, std::move(call));
    if (!request.counts_tokens()) host_.record(calls_metric_, 1, request.model());
    pump(lock, entry);
  }

  void resume(uint64_t id) {
    std::unique_lock lock(mutex_);
    Call* call = find(id);
    if (call == nullptr) return;
    if (call->state == State::paused) return pump(lock, *call);
    call->resumed = true;
  }

  void cancel(uint64_t id) {
    std::unique_lock lock(mutex_);
    Call* call = find(id);
    if (call == nullptr) return;
    call->cancelled = true;
    // A timer that can not be taken back any more is about to run and sees the flag.
    const bool idle = call->state == State::paused ||
                      (call->state == State::waiting && host_.cancel_timer(call->timer));
    if (idle) pump(lock, *call);
  }

  void models(sdk::Op op) {
    for (const auto& [id, name] : {std::pair{"claude-opus-5-5", "Claude Opus 5.5"},
                                   std::pair{"claude-sonnet-5-5", "Claude Sonnet 5.5"},
                                   std::pair{"claude-haiku-5-5", "Claude Haiku 5.5"}}) {
      op.emit(
          CLAIF_EMIT_ITEM,
          R"({"type":"model","id":")" + std::string(id) + R"(","display_name":")" + name +
              R"(","created_at":"2026-01-01T00:00:00Z","max_input_tokens":1000000,"max_tokens":128000})");
    }
    op.finish();
  }

 private:
  enum class State { running, paused, waiting };

  struct Call {
    Call(MockTransport& transport, sdk::Op operation)
        : owner(transport), op(std::move(operation)), id(op.id()) {}
    MockTransport& owner;
    sdk::Op op;
    const uint64_t id;
    Answer answer;
    size_t next = 0;
    State state = State::running;
    uint64_t timer = 0;    // state waiting
    bool waited = false;   // the delay of the next step is over
    bool resumed = false;  // resume came while the call was running
    bool cancelled = false;
  };

  Call* find(uint64_t id) {
    const auto it = calls_.find(id);
    return it == calls_.end() ? nullptr : it->second.get();
  }

  Answer make_count(const sdk::Request& request) {
    const AnswerOptions options{++call_count_, request.model(), request.body_json().size(), false,
                                chunk_};
    const Reply none;
    return AnswerBuilder(none, options).build_count();
  }

  Answer make_answer(const sdk::Request& request) {
    const std::string calls = std::to_string(++call_count_);
    AnswerOptions options{call_count_, request.model(), request.body_json().size(),
                          request.streams(), chunk_};
    Reply reply;
    try {
      const Prompt prompt = read_prompt(request.body_json());
      reply = script_.next(
          prompt, {prompt.text, calls, request.model(), request.body_json(), last_request_});
    } catch (const sdk::Error& e) {
      reply.failure = Failure{400, "invalid_request_error", e.what(), std::nullopt};
    }
    last_request_ = request.body_json();
    Answer answer = AnswerBuilder(reply, options).build();
    answer.steps.front().delay_ms = delay_ms_;
    for (size_t i = 2; i < answer.steps.size(); ++i)
      answer.steps[i].delay_ms = event_delay_ms_;
    return answer;
  }

  // Emits until the answer ends, the host asks for a pause, or a delay begins.
  void pump(std::unique_lock<std::mutex>& lock, Call& call) {
    call.state = State::running;
    while (!call.cancelled && call.next < call.answer.steps.size()) {
      Step& step = call.answer.steps[call.next];
      if (step.delay_ms > 0 && !std::exchange(call.waited, true)) {
        call.state = State::waiting;
        call.timer =
            host_.after(std::chrono::milliseconds(step.delay_ms), &MockTransport::on_timer, &call);
        return;
      }
      call.waited = false;
      call.resumed = false;
      ++call.next;
      lock.unlock();
      const claif_status status = call.op.emit(step.kind, step.item);
      lock.lock();
      if (status == CLAIF_E_CANCELLED) call.cancelled = true;
      const bool more = call.next < call.answer.steps.size();
      if (status == CLAIF_AGAIN && more && !call.resumed && !call.cancelled) {
        call.state = State::paused;
        return;
      }
    }
    finish(lock, call);
  }

  static void on_timer(void* context) noexcept {
    Call& call = *static_cast<Call*>(context);
    std::unique_lock lock(call.owner.mutex_);
    call.owner.pump(lock, call);
  }

  // The last thing that happens to a call: the host may destroy the instance once the operation
  // ended.
  void finish(std::unique_lock<std::mutex>& lock, Call& call) {
    const auto it = calls_.find(call.id);
    const std::unique_ptr<Call> ended = std::move(it->second);
    calls_.erase(it);
    lock.unlock();
    if (ended->cancelled) return ended->op.fail(CLAIF_E_CANCELLED, "cancelled");
    if (ended->answer.end.code < 0) return ended->op.fail(ended->answer.end);
    ended->op.finish();
  }

  const sdk::Host host_;
  const uint64_t delay_ms_, event_delay_ms_;
  const size_t chunk_;
  const uint32_t calls_metric_;
  std::mutex mutex_;
  Script script_;
  uint64_t call_count_ = 0;
  std::string last_request_;
  std::unordered_map<uint64_t, std::unique_ptr<Call>> calls_;
};

}  // namespace

CLAIF_PLUGIN(MockTransport, "claif.transport.mock", "0.1.0");

// One plugin of each kind that does what a test tells it, good or bad.
#pragma once

#include <claif/plugin.hpp>

#include <deque>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace claif::test {

// How a plugin behaves.
enum class Mood { works, throws, hangs, babbles };

using Trace = std::vector<std::string>;

class Traced {
 public:
  void note(std::string what) const {
    if (trace != nullptr) trace->push_back(std::move(what));
  }
  Trace* trace = nullptr;
};

struct ScriptedTransport : Traced {
  static constexpr const char* kIface = CLAIF_TRANSPORT_ID;
  struct Request {
    std::string body, version, beta, query;
    bool streams, counts;
  };
  std::vector<Request> requests;
  std::deque<std::function<void(sdk::Op&)>> scripts;  // one for each request, in order
  std::deque<sdk::Op> open;                           // those that their script left unfinished
  std::vector<uint64_t> resumed, cancelled;
  bool heeds_cancel = true;
  std::string told = R"({"method":"POST","url":"https://up.test/","headers":[]})";  // empty: no

  void start(const sdk::Request& request, sdk::Op op) {
    note("transport");
    requests.push_back({std::string(request.body_json()), std::string(request.anthropic_version()),
                        std::string(request.anthropic_beta()), std::string(request.query()),
                        request.streams(), request.counts_tokens()});
    if (!scripts.empty()) {
      const auto script = std::move(scripts.front());
      scripts.pop_front();
      script(op);
    }
    if (op) open.push_back(std::move(op));
  }
  void preview(const sdk::Request&, sdk::Op op) {
    note("preview");
    if (told.empty()) return op.fail(CLAIF_E_UNSUPPORTED, "no");
    op.emit(CLAIF_EMIT_ITEM, told);
    op.finish();
  }
  void resume(uint64_t id) { resumed.push_back(id); }
  void cancel(uint64_t id) {
    cancelled.push_back(id);
    if (!heeds_cancel) return;
    for (sdk::Op& op : open)
      if (op && op.id() == id) op.fail(CLAIF_E_CANCELLED, "cancelled");
  }
};

struct ScriptedApproval : Traced {
  static constexpr const char* kIface = CLAIF_APPROVAL_ID;
  std::function<sdk::Verdict(const sdk::ToolCall&)> on_decide = [](const sdk::ToolCall&) {
    return sdk::Verdict::allow();
  };
  std::vector<std::string> asked;

  sdk::Verdict decide(const sdk::ToolCall& call) {
    note("approval");
    asked.emplace_back(call.tool());
    return on_decide(call);
  }
};

struct ScriptedCache : Traced {
  static constexpr const char* kIface = CLAIF_CACHE_ID;
  Mood mood = Mood::works;
  std::map<std::string, std::string, std::less<>> values;
  std::deque<sdk::Op> held;

  void get(std::string_view key, sdk::Op op) {
    note("cache get");
    if (misbehaves(op)) return;
    const auto found = values.find(key);
    if (mood == Mood::babbles) return op.finish(std::string("no envelope"));
    if (found == values.end()) return op.finish();
    op.finish(std::string(found->second));
  }
  void put(std::string_view key, std::string_view value, std::chrono::milliseconds, sdk::Op op) {
    note("cache put");
    if (misbehaves(op)) return;
    values.insert_or_assign(std::string(key), std::string(value));
    op.finish();
  }
  void erase(std::string_view, sdk::Op op) { op.finish(); }

 private:
  bool misbehaves(sdk::Op& op) {
    if (mood == Mood::throws) throw std::runtime_error("the cache is on fire");
    if (mood == Mood::hangs) held.push_back(std::move(op));
    return mood == Mood::hangs;
  }
};

struct ScriptedStore : Traced {
  static constexpr const char* kIface = CLAIF_SESSION_STORE_ID;
  Mood load_mood = Mood::works, append_mood = Mood::works;
  std::map<std::string, std::vector<std::string>, std::less<>> sessions;
  std::deque<sdk::Op> held;

  void load(std::string_view session, sdk::Op& op) {
    note("store load");
    if (misbehaves(load_mood, op)) return;
    const auto found = sessions.find(session);
    if (load_mood == Mood::babbles) op.emit(CLAIF_EMIT_RECORD, "no record");
    if (load_mood == Mood::babbles) return;
    if (found == sessions.end()) return op.fail(CLAIF_E_NOT_FOUND, "no such session");
    for (const std::string& record : found->second)
      op.emit(CLAIF_EMIT_RECORD, record);
  }
  void append(std::string_view session, uint64_t expect, std::string_view record, sdk::Op& op) {
    note("store append");
    if (misbehaves(append_mood, op)) return;
    auto& records = sessions[std::string(session)];
    if (records.size() != expect) return op.fail(CLAIF_E_CONFLICT, "somebody else appended");
    records.emplace_back(record);
    op.finish(std::to_string(records.size()));
  }
  void list(std::string_view, uint32_t, sdk::Op& op) { op.finish(); }
  void erase(std::string_view session, sdk::Op& op) {
    const auto found = sessions.find(session);
    if (found == sessions.end()) return op.fail(CLAIF_E_NOT_FOUND, "no such session");
    sessions.erase(found);
    op.finish();
  }

 private:
  bool misbehaves(Mood mood, sdk::Op& op) {
    if (mood == Mood::throws) throw std::runtime_error("the disk is gone");
    if (mood == Mood::hangs) held.push_back(std::move(op));
    return mood == Mood::hangs;
  }
};

struct ScriptedHook : Traced {
  static constexpr const char* kIface = CLAIF_HOOK_ID;
  using Phase = std::function<sdk::HookResult(const sdk::HookInput&)>;
  std::string name;
  Phase request = [](const sdk::HookInput&) { return sdk::HookResult::unchanged(); };
  Phase event = [](const sdk::HookInput&) { return sdk::HookResult::unchanged(); };
  std::vector<std::string> summaries;

  sdk::HookResult on_request(const sdk::HookInput& in) {
    note("request " + name);
    return request(in);
  }
  sdk::HookResult on_event(const sdk::HookInput& in) { return event(in); }
  void on_response(const sdk::HookInput& in) {
    note("response " + name);
    summaries.emplace_back(in.body());
  }
};

// A hook that takes the request and never answers.
struct SilentHook {
  static constexpr const char* kIface = CLAIF_HOOK_ID;
  std::deque<sdk::Op> held;

  static void run(void* self, const claif_hook_input*, claif_op* op) noexcept {
    static_cast<SilentHook*>(self)->held.emplace_back(op);
  }
  static const void* table(const char*) {
    static constexpr claif_hook_v1 hook{sizeof hook, 0, CLAIF_PHASE_REQUEST, 0, &run};
    return &hook;
  }
};

// An approval that answers what no approval may: another decision, or about other arguments.
struct NonsenseApproval {
  static constexpr const char* kIface = CLAIF_APPROVAL_ID;
  int32_t decision = CLAIF_ALLOW;

  static claif_status decide(void* self,
                             const claif_tool_call*,
                             claif_verdict* verdict,
                             claif_op*) noexcept {
    verdict->decision = static_cast<NonsenseApproval*>(self)->decision;
    return CLAIF_OK;  // the digest stays zero
  }
  static const void* table(const char*) {
    static constexpr claif_approval_v1 approval{sizeof approval, 0, &decide};
    return &approval;
  }
};

// An approval that takes the question and never answers.
struct SilentApproval {
  static constexpr const char* kIface = CLAIF_APPROVAL_ID;
  std::deque<sdk::PendingVerdict> held;
  void decide(const sdk::ToolCall&, sdk::PendingVerdict later) { held.push_back(std::move(later)); }
};

struct RecordingObserver {
  static constexpr const char* kIface = CLAIF_OBSERVER_ID;
  static constexpr uint64_t kInterest = (uint64_t{1} << CLAIF_EV_COUNT) - 1;
  bool throws = false;
  struct Seen {
    uint32_t kind;
    std::string name, body;
    int64_t value;
  };
  std::vector<Seen> seen;  // read after flush only

  void on_events(sdk::Events events) {
    if (throws) throw std::runtime_error("the observer fell over");
    for (const claif_event* raw : events) {
      const sdk::Event e(raw);
      seen.push_back({e.kind(), std::string(e.name()), std::string(e.body()), e.value()});
    }
  }
  bool saw(uint32_t kind, std::string_view name) const {
    for (const Seen& s : seen)
      if (s.kind == kind && s.name == name) return true;
    return false;
  }
};

}  // namespace claif::test

// Hooks in order and in reverse, observers in batches, and what happens when either misbehaves.
#include "bus/hook_bus.hpp"
#include "bus/observer_queue.hpp"
#include "host_rig.hpp"

#include <future>
#include <latch>
#include <thread>

namespace claif::bus {
namespace {

using namespace std::chrono_literals;
using plugin::Slot;
using test::HostRig;
using test::instance_of;

constexpr Millis kDeadline = 250ms;

std::vector<std::string> trace;  // what the hooks did, in order

class Marking {
 public:
  static constexpr const char* kConfigSchema = R"({"type": "object"})";
  Marking(sdk::Host, const sdk::Config& config)
      : name_(config.string("name")), mode_(config.string("mode", "")) {}
  sdk::HookResult on_request(const sdk::HookInput& in) {
    trace.push_back(name_ + ".request");
    if (mode_ == "refuse") throw sdk::Error("too fast", CLAIF_E_RATE, 1500);
    if (mode_ == "throw") throw std::runtime_error("bug");
    if (mode_ == "answer") return sdk::HookResult::answer("{\"by\":\"" + name_ + "\"}");
    return sdk::HookResult::replace(std::string(in.body()) + name_);
  }
  sdk::HookResult on_event(const sdk::HookInput& in) {
    if (mode_ == "drop") return sdk::HookResult::drop();
    if (mode_ == "throw") throw std::runtime_error("bug");
    return sdk::HookResult::replace(std::string(in.body()) + name_);
  }
  void on_response(const sdk::HookInput&) { trace.push_back(name_ + ".response"); }

 private:
  std::string name_, mode_;
};

class Hooks : public testing::Test {
 protected:
  Hooks() { trace.clear(); }
  void add(const std::string& name, const std::string& mode = "") {
    slots_.push_back(std::make_unique<Slot>(
        "hook " + name,
        instance_of<Marking>(rig_, R"({"name": ")" + name + R"(", "mode": ")" + mode + R"("})")));
  }
  HookBus& bus() {
    if (!bus_) {
      std::vector<Slot*> all;
      for (auto& slot : slots_)
        all.push_back(slot.get());
      bus_.emplace(std::move(all), rig_.ops, rig_.pool, kDeadline);
    }
    return *bus_;
  }
  Result<HookOutcome> request() {
    return rig_.loop.run(bus().on_request({1, "s", "t", "m"}, "body:", entered_));
  }
  Result<HookOutcome> event() { return rig_.loop.run(bus().on_event({1, "s", "t", "m"}, "e:")); }
  static Task<int> finish(HookBus& bus, size_t entered) {
    const HookFacts facts{1, "s", "t", "m"};
    co_await bus.on_response(facts, "{}", entered);
    co_return 0;
  }
  void response() { rig_.loop.run(finish(bus(), entered_)); }

  HostRig rig_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::optional<HookBus> bus_;
  size_t entered_ = 0;
};

TEST_F(Hooks, EditInOrderAndEndInReverse) {
  add("a");
  add("b");
  add("c");
  const auto out = request();
  ASSERT_TRUE(out);
  EXPECT_EQ(out->body, "body:abc");
  response();
  EXPECT_EQ(trace, (std::vector<std::string>{"a.request", "b.request", "c.request", "c.response",
                                             "b.response", "a.response"}));
  EXPECT_EQ(event()->body, "e:abc");
}

TEST_F(Hooks, ASwapBringsThePhasesOfTheNewOne) {
  struct RequestOnly {
    sdk::HookResult on_request(const sdk::HookInput&) { return sdk::HookResult::unchanged(); }
  };
  slots_.push_back(std::make_unique<Slot>("hook", instance_of<RequestOnly>(rig_)));
  EXPECT_FALSE(bus().has_event_hooks());
  ASSERT_TRUE(slots_[0]->swap(instance_of<Marking>(rig_, R"({"name": "b"})")));
  EXPECT_TRUE(bus().has_event_hooks());
  EXPECT_TRUE(bus().has_response_hooks());
  EXPECT_EQ(event()->body, "e:b");
}

TEST_F(Hooks, ARefusalIsTheHooksOwnErrorAndStopsTheOthers) {
  add("a");
  add("b", "refuse");
  add("c");
  const auto out = request();
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, Errc::rate_limited);
  EXPECT_EQ(out.error().message, "too fast");
  EXPECT_EQ(out.error().retry_after_ms, 1500u);
  response();
  EXPECT_EQ(trace,
            (std::vector<std::string>{"a.request", "b.request", "b.response", "a.response"}));
  EXPECT_TRUE(rig_.faults().empty()) << "to refuse is no fault";
}

TEST_F(Hooks, AnAnswerSkipsTheRest) {
  add("a", "answer");
  add("b");
  const auto out = request();
  ASSERT_TRUE(out);
  EXPECT_EQ(out->answer, R"({"by":"a"})");
  response();
  EXPECT_EQ(trace, (std::vector<std::string>{"a.request", "a.response"}));
}

TEST_F(Hooks, AThrowRefusesTheRequestAndQuarantinesAtTheThird) {
  add("a", "throw");
  for (int i = 0; i < 4; ++i) {
    const auto out = request();
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().code, Errc::overloaded);
    EXPECT_EQ(out.error().reason, "hook_failed");
    EXPECT_NE(out.error().message.find("hook a failed"), std::string::npos);
  }
  EXPECT_EQ(trace.size(), 3u) << "a quarantined hook is not called, and its requests are refused";
  EXPECT_EQ(rig_.faults().size(), 3u);
}

TEST_F(Hooks, AThrowOnAnEventEndsTheStream) {
  add("a", "throw");
  const auto out = event();
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().reason, "hook_failed");
}

TEST_F(Hooks, ADroppedEventReachesNoLaterHook) {
  add("a", "drop");
  add("b");
  const auto out = event();
  ASSERT_TRUE(out);
  EXPECT_EQ(out->body, "");
}

TEST_F(Hooks, OneThatNeverAnswersRefusesAtTheDeadline) {
  struct RawHook {
    claif_hook_v1 table{sizeof(claif_hook_v1), 0, CLAIF_PHASE_REQUEST, 0,
                        [](void* self, const claif_hook_input*, claif_op* op) noexcept {
                          static_cast<RawHook*>(self)->kept = op;
                        }};
    claif_op* kept = nullptr;
  } raw;
  slots_.push_back(
      std::make_unique<Slot>("hook late", test::raw_instance(rig_, CLAIF_HOOK_ID, &raw)));
  const auto out = rig_.loop.start(bus().on_request({1, "s", "t", "m"}, "{}", entered_));
  rig_.loop.advance(kDeadline);
  ASSERT_TRUE(out->has_value());
  ASSERT_FALSE(**out);
  EXPECT_EQ((*out)->error().reason, "hook_failed");
  EXPECT_EQ(rig_.faults().size(), 1u);
  raw.kept->finish(raw.kept, CLAIF_OK, nullptr, nullptr);
  slots_.clear();
}

// --- observers
// --------------------------------------------------------------------------------------

struct Seen {
  std::mutex mutex;
  std::vector<std::string> names;
  size_t batches = 0;
  std::function<void()> before;
};
Seen* seen = nullptr;

template <uint32_t... Kinds>
struct Watching {
  static constexpr uint64_t kInterest = sdk::interest(Kinds...);
  void on_events(sdk::Events events) {
    if (seen->before) seen->before();
    const std::lock_guard lock(seen->mutex);
    ++seen->batches;
    for (const claif_event* e : events) {
      const sdk::Event event(e);
      seen->names.push_back(std::string(event.session()) + "/" + std::string(event.name()) + "/" +
                            std::string(event.body()));
    }
  }
};

struct Throws {
  static constexpr uint64_t kInterest = sdk::interest(CLAIF_EV_STREAM);
  void on_events(sdk::Events) { throw std::runtime_error("bug"); }
};

class Observers : public testing::Test {
 protected:
  Observers() { seen = &seen_; }
  ~Observers() override { queue_.reset(); }
  template <class P>
  void watch() {
    slots_.push_back(std::make_unique<Slot>("observer", instance_of<P>(rig_)));
  }
  ObserverQueue& queue() {
    if (!queue_) {
      std::vector<Slot*> all;
      for (auto& slot : slots_)
        all.push_back(slot.get());
      queue_.emplace(rig_.clock, rig_.metrics, std::move(all));
    }
    return *queue_;
  }
  void publish(uint32_t kind, std::string_view name) {
    queue().publish({kind, 1, 2, "s", name, "b"});
  }
  std::vector<std::string> names() {
    const std::lock_guard lock(seen_.mutex);
    return seen_.names;
  }

  Seen seen_;
  HostRig rig_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::optional<ObserverQueue> queue_;
};

TEST_F(Observers, GetWhatTheyAskedForInOrder) {
  watch<Watching<CLAIF_EV_REQUEST, CLAIF_EV_TOOL>>();
  EXPECT_TRUE(queue().wants(CLAIF_EV_TOOL));
  EXPECT_FALSE(queue().wants(CLAIF_EV_STREAM));
  publish(CLAIF_EV_REQUEST, "1");
  publish(CLAIF_EV_STREAM, "2");
  publish(CLAIF_EV_TOOL, "3");
  queue().flush();
  EXPECT_EQ(names(), (std::vector<std::string>{"s/1/b", "s/3/b"}));
}

TEST_F(Observers, EachGetsItsOwnKindsOnly) {
  watch<Watching<CLAIF_EV_REQUEST>>();
  watch<Watching<CLAIF_EV_STREAM>>();
  publish(CLAIF_EV_STREAM, "x");
  queue().flush();
  EXPECT_EQ(names().size(), 1u);
  EXPECT_EQ(seen_.batches, 1u) << "an observer without wanted events is not called";
}

TEST_F(Observers, ASwapBringsTheInterestOfTheNewOne) {
  watch<Watching<CLAIF_EV_REQUEST>>();
  EXPECT_FALSE(queue().wants(CLAIF_EV_STREAM));
  ASSERT_TRUE(slots_[0]->swap(instance_of<Watching<CLAIF_EV_STREAM>>(rig_)));
  EXPECT_TRUE(queue().wants(CLAIF_EV_STREAM));
  publish(CLAIF_EV_STREAM, "x");
  queue().flush();
  EXPECT_EQ(names().size(), 1u);
}

TEST_F(Observers, GetBatches) {
  watch<Watching<CLAIF_EV_STREAM>>();
  for (int i = 0; i < 500; ++i)
    publish(CLAIF_EV_STREAM, std::to_string(i));
  queue().flush();
  EXPECT_EQ(names().size(), 500u);
  EXPECT_EQ(names().back(), "s/499/b");
  EXPECT_LT(seen_.batches, 100u);
}

TEST_F(Observers, ASlowOneDelaysNobodyAndLosesWhatDoesNotFit) {
  watch<Watching<CLAIF_EV_STREAM>>();
  std::latch stuck(1), go(1);
  std::once_flag once;
  seen_.before = [&] {
    std::call_once(once, [&] {
      stuck.count_down();
      go.wait();
    });
  };
  publish(CLAIF_EV_STREAM, "first");
  stuck.wait();
  for (size_t i = 0; i < limits::kObserverQueue + 100; ++i)
    publish(CLAIF_EV_STREAM, "more");  // returns, though the observer does not
  EXPECT_EQ(queue().dropped(), 100u);
  go.count_down();
  queue().flush();
  EXPECT_EQ(names().size(), 1 + limits::kObserverQueue);
  EXPECT_NE(rig_.metrics.render().find("claif_observer_dropped_total 100"), std::string::npos)
      << rig_.metrics.render();
}

TEST_F(Observers, AThrowingOneDoesNotHurtTheOthers) {
  watch<Throws>();
  watch<Watching<CLAIF_EV_STREAM>>();
  publish(CLAIF_EV_STREAM, "x");
  queue().flush();
  EXPECT_EQ(names().size(), 1u);
}

TEST_F(Observers, AQuarantinedOneIsSkipped) {
  watch<Watching<CLAIF_EV_STREAM>>();
  for (int i = 0; i < 3; ++i)
    plugin::Pin(*slots_[0])->faults().report("test");
  publish(CLAIF_EV_STREAM, "x");
  queue().flush();
  EXPECT_TRUE(names().empty());
}

TEST_F(Observers, GetWhatIsQueuedAtTheEnd) {
  watch<Watching<CLAIF_EV_STREAM>>();
  for (int i = 0; i < 50; ++i)
    publish(CLAIF_EV_STREAM, "x");
  queue_.reset();
  EXPECT_EQ(names().size(), 50u);
}

TEST_F(Observers, WithoutAnyPublishIsVoidAndFlushReturns) {
  publish(CLAIF_EV_STREAM, "x");
  queue().flush();
  EXPECT_EQ(queue().dropped(), 0u);
}

}  // namespace
}  // namespace claif::bus

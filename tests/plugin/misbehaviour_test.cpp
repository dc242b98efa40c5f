// Plugins that throw, hang, lie or answer twice: the safe outcome of each kind, and the fault that
// is counted.
#include "bus/hook_bus.hpp"
#include "host_rig.hpp"
#include "plugin/cache_proxy.hpp"
#include "plugin/store_proxy.hpp"
#include "plugin/transport_call.hpp"

#include <future>
#include <thread>

namespace claif::plugin {
namespace {

using namespace std::chrono_literals;
using test::give;
using test::HostRig;
using test::instance_of;
using test::raw_instance;
using test::RawApproval;
using test::RawCache;
using test::RawTransport;
using test::tool_call;

constexpr Millis kDeadline = 250ms;

// --- approval
// ---------------------------------------------------------------------------------------

class MisbehavingApproval : public testing::Test {
 protected:
  Verdict decide() {
    const ToolCall call = tool_call();
    return rig_.loop.run(plugin::decide(rig_.site(slot_), call, kDeadline));
  }
  void expect_denied(std::string_view why) {
    const Verdict verdict = decide();
    EXPECT_EQ(verdict.decision, Decision::deny);
    EXPECT_NE(verdict.reason.find(why), std::string::npos) << verdict.reason;
  }
  void script(std::function<claif_status(const claif_tool_call*, claif_verdict*, claif_op*)> s) {
    raw_.script = std::move(s);
  }
  size_t faults() const { return rig_.faults().size(); }
  Instance& instance() { return *Pin(slot_).get(); }

  RawApproval raw_;
  HostRig rig_;
  Slot slot_{"approval", raw_instance(rig_, CLAIF_APPROVAL_ID, &raw_)};
};

TEST_F(MisbehavingApproval, AGoodOneAllowsWithoutAFault) {
  script([](auto* call, auto* verdict, auto*) { return give(call, verdict, CLAIF_ALLOW); });
  EXPECT_EQ(decide().decision, Decision::allow);
  EXPECT_EQ(faults(), 0u);
}

TEST_F(MisbehavingApproval, AThrowDenies) {
  struct Throws {
    sdk::Verdict decide(const sdk::ToolCall&) { throw std::runtime_error("lost my rules"); }
  };
  ASSERT_TRUE(slot_.swap(instance_of<Throws>(rig_)));
  expect_denied("did not decide");
  EXPECT_EQ(faults(), 1u);
}

TEST_F(MisbehavingApproval, AnUnknownDecisionDenies) {
  script([](auto* call, auto* verdict, auto*) { return give(call, verdict, 9); });
  expect_denied("unknown decision 9");
  EXPECT_EQ(faults(), 1u);
}

TEST_F(MisbehavingApproval, AnUnknownStatusDeniesWhateverTheVerdictSays) {
  for (const claif_status status : {7, int32_t{CLAIF_AGAIN}, -77}) {
    script([status](auto* call, auto* verdict, auto*) {
      give(call, verdict, CLAIF_ALLOW);
      return status;
    });
    ASSERT_TRUE(slot_.swap(raw_instance(rig_, CLAIF_APPROVAL_ID, &raw_)));
    expect_denied("did not decide");
  }
  EXPECT_EQ(faults(), 3u);
}

TEST_F(MisbehavingApproval, AVerdictOnOtherArgumentsDenies) {
  script([](auto* call, auto* verdict, auto*) {
    give(call, verdict, CLAIF_ALLOW);
    verdict->args_sha256[31] ^= 1;
    return CLAIF_OK;
  });
  expect_denied("other arguments");
  EXPECT_EQ(faults(), 1u);
}

TEST_F(MisbehavingApproval, AnUntouchedVerdictDenies) {
  script([](auto*, auto*, auto*) { return CLAIF_OK; });
  EXPECT_EQ(decide().decision, Decision::deny);
}

TEST_F(MisbehavingApproval, OnePendingForeverDeniesAtTheDeadline) {
  claif_op* kept = nullptr;
  script([&](auto*, auto*, claif_op* op) {
    kept = op;
    return CLAIF_PENDING;
  });
  const ToolCall call = tool_call();
  const auto verdict = rig_.loop.start(plugin::decide(rig_.site(slot_), call, kDeadline));
  rig_.loop.advance(kDeadline - 1ms);
  EXPECT_FALSE(verdict->has_value());
  rig_.loop.advance(1ms);
  ASSERT_TRUE(verdict->has_value());
  EXPECT_EQ((*verdict)->decision, Decision::deny);
  EXPECT_NE((*verdict)->reason.find("did not finish within 250 ms"), std::string::npos);
  EXPECT_EQ(faults(), 1u);
  EXPECT_NE(kept->cancelled(kept), 0);
  EXPECT_EQ(instance().in_flight(), 1u) << "its memory stays until it finishes";
  kept->finish(kept, CLAIF_OK, nullptr, nullptr);
  EXPECT_EQ(instance().in_flight(), 0u);
  EXPECT_EQ(rig_.loop.timers(), 0u);
}

TEST_F(MisbehavingApproval, PendingWithoutAVerdictDenies) {
  script([](auto* call, auto* verdict, claif_op* op) {
    give(call, verdict, CLAIF_ALLOW);
    op->finish(op, CLAIF_OK, nullptr, nullptr);
    return CLAIF_PENDING;
  });
  expect_denied("no verdict, or two");
  EXPECT_EQ(faults(), 1u);
}

TEST_F(MisbehavingApproval, AVerdictTooShortDenies) {
  script([](auto*, auto*, claif_op* op) {
    const claif_blob blob = sdk::blob(std::string(39, '\1'));
    op->finish(op, CLAIF_OK, &blob, nullptr);
    return CLAIF_PENDING;
  });
  expect_denied("too short");
  EXPECT_EQ(faults(), 1u);
}

TEST_F(MisbehavingApproval, TwoVerdictsDeny) {
  script([](const claif_tool_call* call, claif_verdict* verdict, claif_op* op) {
    claif_verdict later{};
    later.size = sizeof later;
    give(call, &later, CLAIF_ALLOW);
    const claif_blob blob =
        sdk::blob(std::string(reinterpret_cast<const char*>(&later), sizeof later));
    op->finish(op, CLAIF_OK, &blob, nullptr);
    return give(call, verdict, CLAIF_DENY);
  });
  EXPECT_EQ(decide().decision, Decision::deny);
  EXPECT_EQ(rig_.faults().front(), "it finished an operation twice");
}

TEST_F(MisbehavingApproval, AVerdictFromAnotherThreadCounts) {
  struct Later {
    void decide(const sdk::ToolCall&, sdk::PendingVerdict later) {
      thread = std::thread([later = std::move(later)]() mutable {
        later.answer(sdk::Verdict::allow("by phone").with_risk(3));
      });
    }
    ~Later() { thread.join(); }
    std::thread thread;
  };
  ASSERT_TRUE(slot_.swap(instance_of<Later>(rig_)));
  const Verdict verdict = decide();
  EXPECT_EQ(verdict.decision, Decision::allow);
  EXPECT_EQ(verdict.reason, "by phone");
  EXPECT_EQ(verdict.risk, 3);
  EXPECT_EQ(faults(), 0u);
}

TEST_F(MisbehavingApproval, ADroppedPendingVerdictDenies) {
  struct Drops {
    void decide(const sdk::ToolCall&, sdk::PendingVerdict) {}
  };
  ASSERT_TRUE(slot_.swap(instance_of<Drops>(rig_)));
  expect_denied("dropped the operation");
  EXPECT_EQ(faults(), 1u);
}

TEST_F(MisbehavingApproval, OneThatBlocksThePoolDeniesAtTheDeadline) {
  std::promise<void> entered, leave;
  raw_.table.flags = CLAIF_IFACE_BLOCKING;
  script([&](auto* call, auto* verdict, auto*) {
    entered.set_value();
    leave.get_future().wait();
    return give(call, verdict, CLAIF_ALLOW);
  });
  const ToolCall call = tool_call();
  const auto verdict = rig_.loop.start(plugin::decide(rig_.site(slot_), call, kDeadline));
  entered.get_future().wait();
  rig_.loop.advance(kDeadline);
  ASSERT_TRUE(verdict->has_value());
  EXPECT_EQ((*verdict)->decision, Decision::deny);
  EXPECT_EQ(faults(), 1u);
  EXPECT_FALSE(slot_.swap(nullptr, 1ms)) << "its code is still on a stack";
  leave.set_value();
  rig_.loop.run_until([&] { return rig_.ops.in_flight() == 0; });
  rig_.pool.stop();  // the pool's thread lets go of the instance after that
}

TEST_F(MisbehavingApproval, OneThatBlocksTheLoopDenies) {
  script([this](auto* call, auto* verdict, auto*) {
    rig_.clock.advance(kDeadline + 1ms);
    return give(call, verdict, CLAIF_ALLOW);
  });
  expect_denied("in time");
  EXPECT_EQ(faults(), 1u);
}

TEST_F(MisbehavingApproval, AnEmptySlotDenies) {
  ASSERT_TRUE(slot_.swap(nullptr));
  expect_denied("no plugin is configured as approval");
}

// --- quarantine
// -------------------------------------------------------------------------------------

TEST_F(MisbehavingApproval, ThreeFaultsInAMinuteQuarantineUntilASwap) {
  int calls = 0;
  script([&](auto* call, auto* verdict, auto*) {
    ++calls;
    return give(call, verdict, 9);
  });
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(instance().faults().quarantined());
    decide();
    rig_.clock.advance(29s);
  }
  EXPECT_TRUE(instance().faults().quarantined());
  expect_denied("quarantined: it gave the unknown decision 9");
  rig_.clock.advance(1h);
  expect_denied("quarantined");
  EXPECT_EQ(calls, 3) << "a quarantined plugin is not called";
  EXPECT_EQ(faults(), 3u) << "being quarantined is no fault";

  script([](auto* call, auto* verdict, auto*) { return give(call, verdict, CLAIF_ALLOW); });
  ASSERT_TRUE(slot_.swap(raw_instance(rig_, CLAIF_APPROVAL_ID, &raw_)));
  EXPECT_EQ(decide().decision, Decision::allow);
}

TEST_F(MisbehavingApproval, FaultsFarApartDoNotQuarantine) {
  script([](auto* call, auto* verdict, auto*) { return give(call, verdict, 9); });
  for (int i = 0; i < 10; ++i) {
    decide();
    rig_.clock.advance(31s);
  }
  EXPECT_FALSE(instance().faults().quarantined());
  EXPECT_EQ(instance().faults().total(), 10u);
}

// --- cache
// ------------------------------------------------------------------------------------------

class MisbehavingCache : public testing::Test {
 protected:
  std::optional<std::string> get() {
    return rig_.loop.run(cache_get(rig_.site(slot_), "k", kDeadline));
  }
  bool put() { return rig_.loop.run(cache_put(rig_.site(slot_), "k", "v", 1min, kDeadline)); }

  RawCache raw_;
  HostRig rig_;
  Slot slot_{"cache", raw_instance(rig_, CLAIF_CACHE_ID, &raw_)};
};

TEST_F(MisbehavingCache, AThrowIsAMiss) {
  struct Throws {
    sdk::CacheValue get(std::string_view) { throw std::bad_alloc(); }
    void put(std::string_view, std::string_view, Millis) { throw 42; }
    void erase(std::string_view) {}
  };
  ASSERT_TRUE(slot_.swap(instance_of<Throws>(rig_)));
  EXPECT_EQ(get(), std::nullopt);
  EXPECT_FALSE(put());
  EXPECT_EQ(rig_.faults().size(), 2u);
}

TEST_F(MisbehavingCache, OneThatNeverAnswersIsAMissAtTheDeadline) {
  claif_op* kept = nullptr;
  raw_.script = [&](claif_op* op) { kept = op; };
  const auto value = rig_.loop.start(cache_get(rig_.site(slot_), "k", kDeadline));
  rig_.loop.advance(kDeadline);
  ASSERT_TRUE(value->has_value());
  EXPECT_EQ(**value, std::nullopt);
  EXPECT_EQ(rig_.faults().size(), 1u);
  bool released = false;
  const claif_blob late{"x", 1, &released,
                        [](void* flag) noexcept { *static_cast<bool*>(flag) = true; }};
  kept->finish(kept, CLAIF_OK, &late, nullptr);
  EXPECT_TRUE(released) << "a late value is released too";
  EXPECT_EQ(rig_.ops.in_flight(), 0u);
}

TEST_F(MisbehavingCache, AnUnknownStatusIsAMissAndAFault) {
  for (const claif_status status : {3, -11}) {
    raw_.script = [status](claif_op* op) { op->finish(op, status, nullptr, nullptr); };
    EXPECT_EQ(get(), std::nullopt);
  }
  EXPECT_EQ(rig_.faults().size(), 2u);
}

TEST_F(MisbehavingCache, AQuarantinedOneIsBypassed) {
  int calls = 0;
  raw_.script = [&](claif_op* op) {
    ++calls;
    op->finish(op, CLAIF_E_INTERNAL, nullptr, nullptr);
  };
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(get(), std::nullopt);
  EXPECT_FALSE(put());
  EXPECT_EQ(calls, 3);
}

TEST_F(MisbehavingCache, AValueKeepsItsInstanceUntilItIsReleased) {
  struct Owner {
    Instance* instance;
    uint32_t in_flight = 0;
  } owner{Pin(slot_).get()};
  raw_.script = [&](claif_op* op) {
    const claif_blob blob{"hit", 3, &owner, [](void* o) noexcept {
                            auto& it = *static_cast<Owner*>(o);
                            it.in_flight = it.instance->in_flight();
                          }};
    op->finish(op, CLAIF_OK, &blob, nullptr);
  };
  EXPECT_EQ(get(), "hit");
  EXPECT_GE(owner.in_flight, 1u) << "the code of release could have been unloaded";
  EXPECT_EQ(owner.instance->in_flight(), 0u);
}

// --- session store
// ----------------------------------------------------------------------------------

template <class Load>
struct Store {
  void load(std::string_view, sdk::Op& op) { Load()(op); }
  void append(std::string_view, uint64_t, std::string_view, sdk::Op&) {
    throw sdk::Error("disk full", CLAIF_E_UNAVAILABLE);
  }
  void list(std::string_view, uint32_t, sdk::Op&) {}
  void erase(std::string_view, sdk::Op&) {}
};

TEST(MisbehavingStore, AThrowIsAnErrorWithItsText) {
  struct Load {
    void operator()(sdk::Op& op) {
      op.emit(CLAIF_EMIT_RECORD, "{}");
      throw std::runtime_error("record 2 is damaged");
    }
  };
  HostRig rig;
  Slot slot("sessions", instance_of<Store<Load>>(rig));
  const auto loaded = rig.loop.run(store_load(rig.site(slot), "s", kDeadline));
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::internal);
  EXPECT_EQ(loaded.error().message, "record 2 is damaged");
  const auto appended = rig.loop.run(store_append(rig.site(slot), "s", 0, "{}", kDeadline));
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().code, Errc::unavailable);
  EXPECT_EQ(appended.error().message, "disk full");
}

TEST(MisbehavingStore, OneThatNeverAnswersIsATimeout) {
  static std::optional<sdk::Op> kept;
  struct Load {
    void operator()(sdk::Op& op) { kept.emplace(std::move(op)); }
  };
  HostRig rig;
  Slot slot("sessions", instance_of<Store<Load>>(rig));
  const auto loaded = rig.loop.start(store_load(rig.site(slot), "s", kDeadline));
  rig.loop.advance(kDeadline);
  ASSERT_TRUE(loaded->has_value());
  ASSERT_FALSE(**loaded);
  EXPECT_EQ((*loaded)->error().code, Errc::timeout);
  EXPECT_EQ(rig.faults().size(), 1u);
  EXPECT_EQ(kept->emit(CLAIF_EMIT_RECORD, "{}"), CLAIF_E_CANCELLED);
  kept.reset();
}

// --- transport
// --------------------------------------------------------------------------------------

class MisbehavingTransport : public testing::Test {
 protected:
  void start() { call_->start(request_); }
  static Task<int> read_all(TransportCall& call, std::string& out) {
    Batch batch;
    for (;;) {
      const bool more = co_await call.next(batch);
      if (!more) break;
      for (const auto& item : batch.items())
        out += batch.bytes(item);
    }
    co_return 0;
  }
  claif_status end() {
    rig_.loop.run(read_all(*call_, text_));
    return call_->result().status;
  }

  RawTransport raw_;
  HostRig rig_;
  Slot slot_{"transport", raw_instance(rig_, CLAIF_TRANSPORT_ID, &raw_)};
  claif_request request_{};
  std::string text_;
  std::optional<TransportCall> call_{std::in_place, rig_.site(slot_), kDeadline};
};

TEST_F(MisbehavingTransport, AThrowIsAnInternalError) {
  struct Throws {
    void start(const sdk::Request&, sdk::Op op) {
      op.emit(CLAIF_EMIT_EVENT, "begun");
      throw std::runtime_error("boom");
    }
    void resume(uint64_t) {}
    void cancel(uint64_t) {}
  };
  ASSERT_TRUE(slot_.swap(instance_of<Throws>(rig_)));
  start();
  EXPECT_EQ(end(), CLAIF_E_INTERNAL);
  EXPECT_EQ(text_, "begun");
}

TEST_F(MisbehavingTransport, ALateOneIsATimeoutEvenWhenItHeedsTheCancel) {
  claif_op* kept = nullptr;
  raw_.on_start = [&](claif_op* op) { kept = op; };
  raw_.on_cancel = [&](uint64_t) { kept->finish(kept, CLAIF_E_CANCELLED, nullptr, nullptr); };
  start();
  rig_.loop.advance(kDeadline);
  EXPECT_EQ(end(), CLAIF_E_TIMEOUT);
  rig_.loop.advance(std::chrono::seconds(6));
  EXPECT_EQ(rig_.faults().size(), 0u) << "a slow answer is no fault of the plugin";
  EXPECT_EQ(rig_.ops.in_flight(), 0u);
}

TEST_F(MisbehavingTransport, ALateOneThatIgnoresTheCancelIsATimeout) {
  claif_op* kept = nullptr;
  raw_.on_start = [&](claif_op* op) { kept = op; };
  start();
  rig_.loop.advance(kDeadline);
  EXPECT_EQ(end(), CLAIF_E_TIMEOUT);
  EXPECT_EQ(kept->emit(kept, CLAIF_EMIT_EVENT, sdk::str("late")), CLAIF_E_CANCELLED);
  rig_.loop.advance(std::chrono::seconds(6));
  EXPECT_EQ(rig_.faults().size(), 1u);
  kept->finish(kept, CLAIF_OK, nullptr, nullptr);
  EXPECT_EQ(rig_.ops.in_flight(), 0u);
}

TEST_F(MisbehavingTransport, EmitsAfterCancelAndAfterTheEndAreVoid) {
  claif_op* kept = nullptr;
  raw_.on_start = [&](claif_op* op) { kept = op; };
  start();
  EXPECT_EQ(kept->emit(kept, CLAIF_EMIT_EVENT, sdk::str("a")), CLAIF_OK);
  call_->cancel();
  EXPECT_EQ(kept->emit(kept, CLAIF_EMIT_EVENT, sdk::str("b")), CLAIF_E_CANCELLED);
  kept->finish(kept, CLAIF_E_CANCELLED, nullptr, nullptr);
  EXPECT_EQ(kept->emit(kept, CLAIF_EMIT_EVENT, sdk::str("c")), CLAIF_E_CANCELLED);
  EXPECT_EQ(end(), CLAIF_E_CANCELLED);
  EXPECT_EQ(text_, "a");
}

TEST_F(MisbehavingTransport, AFullQueuePausesItUntilTheReaderTookAll) {
  claif_op* kept = nullptr;
  int resumed = 0;
  uint32_t in_flight_after_finish = 0;
  raw_.on_start = [&](claif_op* op) { kept = op; };
  raw_.on_resume = [&](uint64_t) {
    ++resumed;
    Instance& instance = *Pin(slot_).get();
    kept->finish(kept, CLAIF_OK, nullptr, nullptr);
    in_flight_after_finish = instance.in_flight();
  };
  start();
  const std::string piece(100 * 1024, 'x');
  EXPECT_EQ(kept->emit(kept, CLAIF_EMIT_EVENT, sdk::str(piece)), CLAIF_OK);
  EXPECT_EQ(kept->emit(kept, CLAIF_EMIT_EVENT, sdk::str(piece)), CLAIF_OK);
  EXPECT_EQ(kept->emit(kept, CLAIF_EMIT_EVENT, sdk::str(piece)), CLAIF_AGAIN);
  EXPECT_EQ(end(), CLAIF_OK);
  EXPECT_EQ(text_.size(), 3 * piece.size()) << "what was answered with AGAIN was taken";
  EXPECT_EQ(resumed, 1);
  EXPECT_GE(in_flight_after_finish, 1u) << "its code is still on the stack";
}

TEST_F(MisbehavingTransport, ADroppedCallCancelsIt) {
  claif_op* kept = nullptr;
  uint64_t cancelled = 0;
  raw_.on_start = [&](claif_op* op) { kept = op; };
  raw_.on_cancel = [&](uint64_t id) { cancelled = id; };
  start();
  call_.reset();
  EXPECT_EQ(cancelled, kept->id);
  EXPECT_EQ(rig_.loop.timers(), 0u);
  EXPECT_FALSE(slot_.swap(nullptr, 1ms)) << "an unfinished operation keeps its instance";
  kept->finish(kept, CLAIF_OK, nullptr, nullptr);
}

TEST_F(MisbehavingTransport, AQuarantinedOneIsUnavailable) {
  for (int i = 0; i < 3; ++i)
    Pin(slot_)->faults().report("test");
  start();
  EXPECT_EQ(end(), CLAIF_E_UNAVAILABLE);
  EXPECT_NE(call_->result().error.find("quarantined: test"), std::string::npos);
}

// --- a checking host
// --------------------------------------------------------------------------------

std::string log_of_a_blocking_decision(bool check) {
  HostRig rig;
  rig.log.set_level(LogLevel::warn);
  rig.services.check_plugins = check;
  RawApproval raw;
  raw.script = [](const claif_tool_call* call, claif_verdict* verdict, claif_op*) {
    ::usleep(1);  // waits, if only for a moment
    return give(call, verdict, CLAIF_ALLOW);
  };
  Slot slot("approval", raw_instance(rig, CLAIF_APPROVAL_ID, &raw));
  testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i)
    rig.loop.run(decide(rig.site(slot), tool_call(), 250ms));
  return testing::internal::GetCapturedStderr();
}

TEST(CheckingHost, NamesAPluginThatBlocksTheLoopOnce) {
  const std::string out = log_of_a_blocking_decision(true);
  EXPECT_NE(out.find("test.raw blocked the event loop in approval"), std::string::npos) << out;
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1) << out;
}

TEST(CheckingHost, IsOffByDefault) {
  EXPECT_EQ(log_of_a_blocking_decision(false), "");
}

}  // namespace
}  // namespace claif::plugin

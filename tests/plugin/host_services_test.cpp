// The host's services as a real instance meets them.
#include "host_rig.hpp"
#include "plugin/manager.hpp"

#include <latch>
#include <thread>

namespace claif::plugin {
namespace {

using namespace std::chrono_literals;
using test::HostRig;
using test::instance_of;

// Hands its host to the test.
struct Guest {
  explicit Guest(sdk::Host host) { last.emplace(host); }
  sdk::Verdict decide(const sdk::ToolCall&) { return sdk::Verdict::abstain(); }
  static inline std::optional<sdk::Host> last;
};

struct Flag {
  static void raise(void* flag) { ++static_cast<Flag*>(flag)->raised; }
  std::atomic<int> raised{0};
};

class Services : public testing::Test {
 protected:
  void make() { instance_ = instance_of<Guest>(rig_); }
  static const sdk::Host& host() { return *Guest::last; }

  HostRig rig_;
  std::unique_ptr<Instance> instance_;
};

TEST_F(Services, LogLinesCarryThePluginAndItsGenerationAndStayOneLine) {
  rig_.log.set_level(LogLevel::info);
  make();
  testing::internal::CaptureStderr();
  host().log(CLAIF_LOG_INFO, "hello\nworld");
  host().log(CLAIF_LOG_DEBUG, "not wanted");
  const std::string out = testing::internal::GetCapturedStderr();
  const std::string prefix =
      "[test.plugin#" + std::to_string(instance_->generation()) + "] hello\\x0aworld";
  EXPECT_NE(out.find(prefix), std::string::npos) << out;
  EXPECT_EQ(out.find("not wanted"), std::string::npos);
}

TEST_F(Services, LongLinesAreCutBetweenCharacters) {
  rig_.log.set_level(LogLevel::info);
  make();
  testing::internal::CaptureStderr();
  std::string line = "x";
  while (line.size() < 3000)
    line += "\xc3\xa4";
  host().log(CLAIF_LOG_WARN, line);
  const std::string out = testing::internal::GetCapturedStderr();
  EXPECT_LT(out.size(), 2200u);
  EXPECT_EQ(out[out.size() - 2], '\xa4') << "cut inside a character";
}

TEST_F(Services, LogLinesOfOnePluginAreLimitedAndTheLostOnesCounted) {
  rig_.log.set_level(LogLevel::info);
  make();
  testing::internal::CaptureStderr();
  rig_.clock.advance(60s);
  for (int i = 0; i < 500; ++i)
    host().log(CLAIF_LOG_INFO, "again");
  rig_.clock.advance(11s);
  host().log(CLAIF_LOG_INFO, "later");
  const std::string out = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 202) << out;
  EXPECT_NE(out.find("300 lines were dropped"), std::string::npos) << out;
  EXPECT_NE(out.find("later"), std::string::npos) << out;
}

TEST_F(Services, SecretsAreThoseThatWereConfigured) {
  rig_.services.secrets.emplace("token", Secret("s3cr3t-value"));
  make();
  EXPECT_EQ(host().secret("token"), "s3cr3t-value");
  EXPECT_THROW(host().secret("other"), sdk::Error);
}

TEST_F(Services, ClockAndRandomWork) {
  make();
  EXPECT_EQ(host().now(), rig_.clock.now());
  std::array<uint64_t, 4> bytes{};
  host().random(bytes.data(), sizeof bytes);
  EXPECT_NE(bytes[0] | bytes[1] | bytes[2] | bytes[3], 0u);
}

TEST_F(Services, AnUnknownServiceIsNull) {
  make();
  EXPECT_EQ(host().service<void>("com.example.nothing/1"), nullptr);
}

TEST_F(Services, MetricsRefuseWhatIsOverTheirLimits) {
  make();
  const uint32_t hits = host().metric(CLAIF_METRIC_COUNTER, "claif_hits", "Hits.", {"kind"});
  ASSERT_NE(hits, 0u);
  EXPECT_EQ(host().metric(CLAIF_METRIC_COUNTER, "claif_hits", "Hits.", {"kind"}), hits);
  EXPECT_EQ(host().metric(CLAIF_METRIC_GAUGE, "claif_hits", "Hits.", {"kind"}), 0u);
  EXPECT_EQ(host().metric(CLAIF_METRIC_COUNTER, "bad name", ""), 0u);
  EXPECT_EQ(host().metric(99, "claif_type", ""), 0u);
  EXPECT_EQ(host().metric(CLAIF_METRIC_COUNTER, "claif_nine", "",
                          {"a", "b", "c", "d", "e", "f", "g", "h", "i"}),
            0u);
  EXPECT_EQ(host().metric(CLAIF_METRIC_HISTOGRAM, "claif_steps", "", {}, {2.0, 1.0}), 0u);
  host().record(hits, 2, "a\"b");
  host().record(0, 1);
  EXPECT_NE(rig_.metrics.render().find(R"(claif_hits{kind="a\"b"} 2)"), std::string::npos)
      << rig_.metrics.render();
}

TEST_F(Services, MetricsShareASeriesBeyondAThousand) {
  make();
  const uint32_t hits = host().metric(CLAIF_METRIC_COUNTER, "claif_many", "", {"n"});
  for (int i = 0; i < 1200; ++i)
    host().record(hits, 1, std::to_string(i));
  EXPECT_NE(rig_.metrics.render().find(R"(claif_many{n="other"} 200)"), std::string::npos);
}

TEST_F(Services, ATimerFiresOnceAfterItsDelay) {
  make();
  Flag flag;
  EXPECT_NE(host().after(100ms, &Flag::raise, &flag), 0u);
  rig_.loop.advance(99ms);
  EXPECT_EQ(flag.raised, 0);
  rig_.loop.advance(1s);
  EXPECT_EQ(flag.raised, 1);
}

TEST_F(Services, ACancelledTimerDoesNotFire) {
  make();
  Flag flag;
  const uint64_t timer = host().after(100ms, &Flag::raise, &flag);
  EXPECT_TRUE(host().cancel_timer(timer));
  EXPECT_FALSE(host().cancel_timer(timer));
  rig_.loop.advance(1s);
  EXPECT_EQ(flag.raised, 0);
}

TEST_F(Services, ATimerDoesNotFireAfterDestroy) {
  make();
  Flag flag;
  host().after(100ms, &Flag::raise, &flag);
  instance_.reset();
  rig_.loop.advance(1s);
  EXPECT_EQ(flag.raised, 0);
}

TEST_F(Services, ATimerOfAnotherThreadFiresOnTheLoop) {
  make();
  Flag flag;
  std::thread([&] { host().after(100ms, &Flag::raise, &flag); }).join();
  rig_.loop.settle();
  rig_.loop.advance(100ms);
  EXPECT_EQ(flag.raised, 1);
}

TEST_F(Services, APostedTaskRunsElsewhereAndKeepsTheInstance) {
  make();
  struct Work {
    std::thread::id where;
    std::latch entered{1}, leave{1}, done{1};
  } work;
  host().post(
      [](void* w) {
        auto& it = *static_cast<Work*>(w);
        it.where = std::this_thread::get_id();
        it.entered.count_down();
        it.leave.wait();
        it.done.count_down();
      },
      &work);
  work.entered.wait();
  EXPECT_EQ(instance_->in_flight(), 1u);
  work.leave.count_down();
  work.done.wait();
  rig_.pool.stop();
  EXPECT_NE(work.where, std::this_thread::get_id());
  EXPECT_EQ(instance_->in_flight(), 0u);
  EXPECT_THROW(host().post(&Flag::raise, nullptr), sdk::Error) << "the pool has stopped";
}

// --- children
// ---------------------------------------------------------------------------------------

// Asks its children, the strictest wins.
class Composite {
 public:
  static constexpr const char* kNeeds[] = {CLAIF_PLUGINS_ID, nullptr};
  Composite(sdk::Host host, const sdk::Config& config)
      : host_(host), plugins_(host.service<claif_plugins_v1>(CLAIF_PLUGINS_ID)) {
    for (const std::string& spec : config.items("strategies"))
      add(spec);
    last = this;
  }
  sdk::Verdict decide(const sdk::ToolCall& call) {
    for (const claif_child& child : children_) {
      claif_verdict verdict{};
      verdict.size = sizeof verdict;
      const auto& table = *static_cast<const claif_approval_v1*>(child.iface);
      if (table.decide(child.self, call.raw(), &verdict, nullptr) != CLAIF_OK ||
          verdict.decision != CLAIF_ALLOW)
        return sdk::Verdict::deny({verdict.reason, verdict.length});
    }
    return sdk::Verdict::allow();
  }
  void add(const std::string& spec) {
    claif_child child{};
    child.size = sizeof child;
    claif_error error = sdk::make_error(CLAIF_OK, {});
    const claif_status status =
        plugins_->create(host_.raw(), sdk::str(CLAIF_APPROVAL_ID), sdk::str(spec), &child, &error);
    if (status != CLAIF_OK) throw sdk::Error(std::string(error.text, error.length), status);
    children_.push_back(child);
  }
  void release_all() {
    for (const claif_child& child : std::exchange(children_, {}))
      plugins_->release(host_.raw(), child.id);
  }
  static inline Composite* last = nullptr;

 private:
  sdk::Host host_;
  const claif_plugins_v1* plugins_;
  std::vector<claif_child> children_;
};

// Counts itself.
struct Child {
  explicit Child(sdk::Host h) : host(h) {
    ++alive;
    last = this;
  }
  ~Child() { --alive; }
  sdk::Verdict decide(const sdk::ToolCall& call) {
    return call.tool() == "bash" ? sdk::Verdict::deny("no shell") : sdk::Verdict::allow();
  }
  sdk::Host host;
  static inline int alive = 0;
  static inline Child* last = nullptr;
};

class Children : public testing::Test {
 protected:
  Children() {
    rig_.services.create_child =
        [this](std::string_view iface, std::string_view spec) -> Result<std::unique_ptr<Instance>> {
      CLAIF_TRY(const PluginSpec parsed, parse_spec(spec));
      if (parsed.use != "child" || iface != CLAIF_APPROVAL_ID)
        return fail(Errc::configuration, "there is no plugin " + parsed.use);
      return instance_of<Child>(rig_);
    };
  }
  Verdict ask(Slot& slot, const std::string& tool) {
    const ToolCall call = test::tool_call(tool);
    return rig_.loop.run(decide(rig_.site(slot), call, 1s));
  }
  HostRig rig_;
};

TEST_F(Children, AreAskedByTheirParentAndEndWithIt) {
  {
    Slot slot("approval", instance_of<Composite>(
                              rig_, R"({"strategies": [{"use": "child"}, {"use": "child"}]})"));
    EXPECT_EQ(Child::alive, 2);
    EXPECT_EQ(ask(slot, "ls").decision, Decision::allow);
    const Verdict verdict = ask(slot, "bash");
    EXPECT_EQ(verdict.decision, Decision::deny);
    EXPECT_EQ(verdict.reason, "no shell");
  }
  EXPECT_EQ(Child::alive, 0);
}

TEST_F(Children, AreCreatedInsideCreateOnly) {
  const auto parent = instance_of<Composite>(rig_, R"({"strategies": []})");
  EXPECT_THROW(Composite::last->add(R"({"use": "child"})"), sdk::Error);
  EXPECT_EQ(Child::alive, 0);
}

TEST_F(Children, AreReleasedOneByOne) {
  const auto parent = instance_of<Composite>(rig_, R"({"strategies": [{"use": "child"}]})");
  Composite::last->release_all();
  EXPECT_EQ(Child::alive, 0);
}

TEST_F(Children, EndWhenTheirParentsCreateFails) {
  EXPECT_THROW(
      instance_of<Composite>(rig_, R"({"strategies": [{"use": "child"}, {"use": "other"}]})"),
      std::runtime_error);
  EXPECT_EQ(Child::alive, 0);
}

TEST_F(Children, ThatStillWorkKeepTheirParent) {
  struct Work {
    std::latch entered{1}, leave{1};
    static void run(void* w) {
      static_cast<Work*>(w)->entered.count_down();
      static_cast<Work*>(w)->leave.wait();
    }
  } work;
  Slot slot("approval", instance_of<Composite>(rig_, R"({"strategies": [{"use": "child"}]})"));
  Child::last->host.post(&Work::run, &work);
  work.entered.wait();
  EXPECT_EQ(Pin(slot)->in_flight(), 1u);
  Composite::last->release_all();
  EXPECT_EQ(Child::alive, 1) << "released, but not destroyed under its own task";
  EXPECT_FALSE(slot.swap(nullptr, 1ms));
  work.leave.count_down();
  rig_.pool.stop();
  EXPECT_TRUE(slot.swap(nullptr));
  EXPECT_EQ(Child::alive, 0);
}

TEST_F(Children, TimersEndWithTheParent) {
  Flag flag;
  Slot slot("approval", instance_of<Composite>(rig_, R"({"strategies": [{"use": "child"}]})"));
  Child::last->host.after(10ms, &Flag::raise, &flag);
  ASSERT_TRUE(slot.swap(nullptr));
  rig_.loop.advance(1s);
  EXPECT_EQ(flag.raised, 0);
}

}  // namespace
}  // namespace claif::plugin

#include <claif/plugin.hpp>
#include <claif/testing/fake_host.hpp>

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

namespace sdk = claif::sdk;
using namespace std::chrono_literals;
using claif::testing::decide;
using claif::testing::FakeHost;
using claif::testing::FakeOp;
using claif::testing::PluginUnderTest;

// A child that does what its name says: allow, deny, ask, abstain, throw, later, nonsense, slow.
struct Child {
  std::string does;
  FakeHost* host;
  int asked = 0;
  std::vector<sdk::PendingVerdict> pending;

  static claif_status decide(void* self,
                             const claif_tool_call* call,
                             claif_verdict* out,
                             claif_op* op) noexcept {
    Child& me = *static_cast<Child*>(self);
    ++me.asked;
    EXPECT_EQ(sdk::view(call->tool), "t");
    EXPECT_EQ(sdk::view(call->args_json), R"({"a":1})");
    if (me.does == "throw") return CLAIF_E_INTERNAL;
    if (me.does == "later") {
      me.pending.emplace_back(sdk::Op(op), sdk::ToolCall(call));
      return CLAIF_PENDING;
    }
    if (me.does == "at-once") {
      sdk::PendingVerdict(sdk::Op(op), sdk::ToolCall(call)).answer(sdk::Verdict::allow());
      return CLAIF_PENDING;
    }
    if (me.does == "slow") me.host->advance(5s);
    if (me.does == "deny")
      sdk::Verdict::deny("no").with_risk(8).store(*call, out);
    else if (me.does == "ask")
      sdk::Verdict::ask("sure?").store(*call, out);
    else if (me.does == "abstain")
      sdk::Verdict::abstain().store(*call, out);
    else
      sdk::Verdict::allow("fine").with_risk(2).store(*call, out);
    if (me.does == "nonsense") out->args_sha256[0] ^= 1;
    return CLAIF_OK;
  }
};

class Composite : public testing::Test {
 protected:
  Composite() {
    host_.on_create_child = [this](std::string_view iface, std::string_view spec) {
      EXPECT_EQ(iface, CLAIF_APPROVAL_ID);
      const sdk::Config child(spec);
      if (child.string("use") == "unknown")
        throw sdk::Error("there is no such plugin", CLAIF_E_ARG);
      static constexpr claif_approval_v1 table{sizeof table, 0, &Child::decide};
      children_.push_back({child.string("use"), &host_, 0, {}});
      return claif_child{sizeof(claif_child), 0, children_.size(), &children_.back(), &table};
    };
  }
  // The configuration of a composite of `names`, separated by blanks; name! vetoes, name? abstains
  // on error.
  static std::string config(const std::string& mode, const std::string& names) {
    std::string list;
    for (size_t at = 0; at < names.size();) {
      const size_t end = std::min(names.find(' ', at), names.size());
      std::string name = names.substr(at, end - at), more;
      if (name.ends_with('!')) more = R"(,"veto":true)";
      if (name.ends_with('?')) more = R"(,"on_error":"abstain")";
      if (!more.empty()) name.pop_back();
      list += (list.empty() ? "" : ",") + std::string(R"({"use":")") + name + "\"" + more + "}";
      at = end + 1;
    }
    return R"({"mode":")" + mode + R"(","strategies":[)" + list + "]}";
  }
  claif::testing::Decided run(const std::string& mode, const std::string& names) {
    children_.clear();
    PluginUnderTest plugin(host_, config(mode, names));
    EXPECT_EQ(plugin.error(), "");
    return decide(plugin, "t", R"({"a":1})");
  }

  FakeHost host_;
  std::deque<Child> children_;
};

TEST_F(Composite, DecidesByItsMode) {
  EXPECT_TRUE(run("all", "allow allow").allowed());
  EXPECT_TRUE(run("all", "allow deny").denied());
  EXPECT_TRUE(run("any", "deny allow").allowed());
  EXPECT_TRUE(run("majority", "allow allow deny").allowed());
  EXPECT_TRUE(run("majority", "allow deny").denied());
  EXPECT_TRUE(run("veto", "abstain allow").allowed());
  EXPECT_TRUE(run("any", "allow deny!").denied());
  EXPECT_EQ(run("all", "allow ask").decision, CLAIF_ASK);
  for (const char* const mode : {"all", "any", "majority", "veto"})
    EXPECT_TRUE(run(mode, "").denied()) << mode;
}

TEST_F(Composite, SaysWhoDeniedAndHowRiskyItIs) {
  const auto verdict = run("any", "abstain deny ask");
  EXPECT_EQ(verdict.decision, CLAIF_ASK);
  EXPECT_EQ(verdict.reason, "deny: no");
  EXPECT_EQ(verdict.risk, 8);
  EXPECT_EQ(run("all", "allow at-once").reason, "fine");
}

TEST_F(Composite, WhoCannotDecideDeniesTheWhole) {
  for (const char* const child : {"throw", "nonsense", "slow"}) {
    EXPECT_TRUE(run("any", std::string("allow ") + child).denied()) << child;
    EXPECT_TRUE(run("any", std::string(child) + " allow").denied()) << child;
    EXPECT_TRUE(run("any", std::string(child) + "? allow").allowed()) << child;
    EXPECT_TRUE(run("majority", std::string(child) + "? allow").denied()) << child;
  }
}

TEST_F(Composite, AsksNobodyWhoseVoteCannotMatter) {
  run("all", "deny allow");
  EXPECT_EQ(children_[1].asked, 0);
  run("any", "allow allow");
  EXPECT_EQ(children_[1].asked, 1);  // its error would count
  run("any", "allow allow?");
  EXPECT_EQ(children_[1].asked, 0);
}

TEST_F(Composite, WaitsForAChildThatAnswersLater) {
  PluginUnderTest plugin(host_, config("all", "later allow later"));
  FakeOp op(static_cast<uint64_t>(std::chrono::nanoseconds(1s).count()));
  EXPECT_EQ(decide(plugin, op, "t", R"({"a":1})").status, CLAIF_PENDING);
  EXPECT_EQ(children_[1].asked, 0);
  children_[0].pending[0].answer(sdk::Verdict::allow());
  EXPECT_EQ(children_[1].asked, 1);
  ASSERT_EQ(children_[2].pending.size(), 1u);
  EXPECT_FALSE(op.finished());
  children_[2].pending[0].answer(sdk::Verdict::deny("no"));
  ASSERT_EQ(op.finish_count(), 1u);
  EXPECT_EQ(sdk::verdict_of(op.value().value()).decision, CLAIF_DENY);
  EXPECT_EQ(host_.executor.timers(), 0u);
}

TEST_F(Composite, AChildThatNeverAnswersHasLessTimeThanTheWhole) {
  for (const bool abstains : {false, true}) {
    children_.clear();
    PluginUnderTest plugin(host_, config("any", abstains ? "later? allow" : "later allow"));
    const auto second = static_cast<uint64_t>(std::chrono::nanoseconds(1s).count());
    FakeOp op(host_.executor.mono_ns() + second);
    EXPECT_EQ(decide(plugin, op, "t", R"({"a":1})").status, CLAIF_PENDING);
    host_.advance(749ms);
    EXPECT_FALSE(op.finished());
    host_.advance(2ms);
    ASSERT_TRUE(op.finished());
    EXPECT_EQ(sdk::verdict_of(op.value().value()).decision, abstains ? CLAIF_ALLOW : CLAIF_DENY);
    EXPECT_TRUE(children_[0].pending[0].cancelled());
    children_[0].pending[0].answer(sdk::Verdict::allow());  // too late, and harmless
    EXPECT_EQ(op.finish_count(), 1u);
  }
}

TEST_F(Composite, DeniesWhenThePoolIsFull) {
  PluginUnderTest plugin(host_, config("all", "later allow"));
  FakeOp op;
  EXPECT_EQ(decide(plugin, op, "t", R"({"a":1})").status, CLAIF_PENDING);
  host_.executor.refuse_posts();
  children_[0].pending[0].answer(sdk::Verdict::allow());
  ASSERT_TRUE(op.finished());
  EXPECT_EQ(sdk::verdict_of(op.value().value()).decision, CLAIF_DENY);
}

TEST_F(Composite, RefusesWhatItCannotMake) {
  EXPECT_NE(PluginUnderTest(host_, config("all", "allow unknown")).error().find("no such plugin"),
            std::string::npos);
  for (const char* const bad :
       {"{}", R"({"mode":"xor","strategies":[]})", R"({"mode":"all","strategies":[{}]})",
        R"({"mode":"all","strategies":[{"use":"allow","on_error":"allow"}]})"})
    EXPECT_NE(PluginUnderTest(host_, bad).error(), "") << bad;
  std::string many;
  for (int i = 0; i < 65; ++i)
    many += "allow ";
  EXPECT_NE(PluginUnderTest(host_, config("all", many)).error(), "");
}

TEST_F(Composite, NestsSixteenDeep) {
  const auto nested = [](int depth) {
    std::string spec = R"({"mode":"all","strategies":[{"use":"allow"}]})";
    for (int i = 1; i < depth; ++i)
      spec = R"({"mode":"all","strategies":[{"use":"composite","config":)" + spec + "}]}";
    return spec;
  };
  EXPECT_EQ(PluginUnderTest(host_, nested(16)).error(), "");
  EXPECT_NE(PluginUnderTest(host_, nested(17)).error(), "");
}

}  // namespace

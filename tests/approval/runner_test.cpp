// The runner of cases itself: what is wrong in a case fails, and nothing else does.
#include "approval/cases.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

using testing::HasSubstr;

class CaseRunner : public testing::Test {
 protected:
  cases::Outcome run(const std::string& members) {
    return rig_.runner().run(R"({"id":"x",)" + members + "}");
  }
  const std::string call_ = R"("call":{"name":"read","arguments":{"path":"a.txt"}})";
  CaseRig rig_;
};

TEST_F(CaseRunner, FailsWhatComesOutDifferently) {
  const std::string allows = R"("strategy":{"type":"allow_list","tools":["read"]},)" + call_;
  EXPECT_TRUE(run(R"("expect":"allow",)" + allows).passed());
  EXPECT_TRUE(run(R"("attack":false,)" + allows).passed());
  const cases::Outcome outcome = run(R"("expect":"deny",)" + allows);
  EXPECT_EQ(outcome.fault, "expected deny, got allow");
  EXPECT_FALSE(run(R"("attack":true,)" + allows).passed());
}

TEST_F(CaseRunner, DecidesCasesWithoutAStrategyByTheConfiguredPolicy) {
  const cases::Outcome outcome = run(call_);
  EXPECT_EQ(outcome.got, "deny");
  EXPECT_THAT(outcome.reason, HasSubstr("deny-all"));
}

TEST_F(CaseRunner, TakesStrategiesAsAConfigurationWritesThem) {
  EXPECT_TRUE(
      run(R"("expect":"allow","strategy":{"use":"allow-list","config":{"tools":["read"]}},)" +
          call_)
          .passed());
}

TEST_F(CaseRunner, APolicyThatCannotBeLoadedDenies) {
  for (const char* const strategy : {"{}", R"({"type":"no_such"})", R"({"type":"allow_list"})",
                                     R"({"type":"composite","op":"xor","children":[]})"}) {
    const cases::Outcome outcome = run(std::string(R"("strategy":)") + strategy + "," + call_);
    EXPECT_EQ(outcome.got, "deny") << strategy;
    EXPECT_FALSE(outcome.reason.empty()) << strategy;
  }
}

TEST_F(CaseRunner, ACaseThatCannotBeRunFails) {
  for (const char* const members :
       {R"("expect":"deny")", R"("expect":"maybe","call":{"name":"read"})",
        R"("fs":[["burn","$WS/a"]],"call":{"name":"read"})",
        R"("fs":["file"],"call":{"name":"read"})",
        R"("call":{"name":"read","arguments_gen":{"kind":"magic"}})",
        R"("call":{"name":"read","arguments_b64":"%"})"})
    EXPECT_THAT(run(members).fault, HasSubstr("cannot be run")) << members;
}

TEST_F(CaseRunner, WatchesTheDeadline) {
  const cases::Outcome outcome =
      run(R"("max_ms":1,"strategy":{"type":"plugin","behaviour":"timeout"},)" + call_);
  EXPECT_THAT(outcome.fault, HasSubstr("over 1"));
}

TEST_F(CaseRunner, EveryMisbehaviourIsADeny) {
  for (const char* const behaviour : {"throw", "oom", "timeout", "late_allow", "crash", "unloaded",
                                      "bad_enum", "wrong_digest", "abi_mismatch", "ask", "abstain"})
    EXPECT_EQ(run(std::string(R"("strategy":{"type":"plugin","behaviour":")") + behaviour + "\"}," +
                  call_)
                  .got,
              "deny")
        << behaviour;
  EXPECT_EQ(run(R"("strategy":{"type":"plugin","behaviour":"allow"},)" + call_).got, "allow");
}

TEST_F(CaseRunner, AMisbehavingChildDeniesTheWhole) {
  for (const char* const behaviour :
       {"throw", "timeout", "late_allow", "crash", "bad_enum", "wrong_digest"}) {
    const auto got = [&](const char* more, const char* op) {
      return run(std::string(R"("strategy":{"type":"composite","op":")") + op +
                 R"(","children":[{"type":"allow_all"},{"type":"plugin","behaviour":")" +
                 behaviour + "\"" + more + "}]}," + call_)
          .got;
    };
    EXPECT_EQ(got("", "any"), "deny") << behaviour;
    EXPECT_EQ(got(R"(,"on_error":"abstain")", "any"), "allow") << behaviour;
    EXPECT_EQ(got(R"(,"on_error":"abstain")", "majority"), "deny") << behaviour;
  }
}

TEST_F(CaseRunner, WhatChangesAfterTheDecisionDoesNotRun) {
  const std::string lists = R"("strategy":{"type":"allow_list","tools":["read"]},)" + call_;
  const std::string files =
      R"("fs":[["file","$WS/a.txt"]],"strategy":{"type":"path","tools":["read"],"args":["path"],)"
      R"("root":"$WS","access":"read"},)" +
      call_;
  EXPECT_EQ(run(R"("after_decision":[],)" + files).got, "allow");
  for (const char* const change :
       {R"(["set_arg","path","b"])", R"(["set_arg","x",1])", R"(["set_name","write"])",
        R"(["set_id","2"])", R"(["set_session","other"])", R"(["unload_plugin"])",
        R"(["reload_policy",{"type":"allow_all"}])"})
    EXPECT_EQ(run(std::string(R"("after_decision":[)") + change + "]," + lists).got,
              "deny_at_execute")
        << change;
  for (const char* const change : {R"(["symlink","$WS/a.txt","/etc/passwd"])",
                                   R"(["remove","$WS/a.txt"])", R"(["fifo","$WS/a.txt"])"})
    EXPECT_EQ(run(std::string(R"("after_decision":[)") + change + "]," + files).got,
              "deny_at_execute")
        << change;
  EXPECT_EQ(
      run(R"("after_decision":[["file","$WS/b"],["rename","$WS/b","$WS/a.txt"]],)" + files).got,
      "deny_at_execute");
}

TEST_F(CaseRunner, StreamsAreDecidedWhenTheyAreComplete) {
  const std::string start =
      R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t1","name":"read","input":{}}},)";
  const std::string stop = R"({"type":"content_block_stop","index":0},)";
  const std::string end =
      R"({"type":"message_delta","delta":{"stop_reason":"tool_use"}},{"type":"message_stop"})";
  const auto got = [&](const std::string& events) {
    return run(R"("strategy":{"type":"allow_list","tools":["read"]},"call":null,"stream":[)" +
               events + "]")
        .got;
  };
  EXPECT_EQ(got(start + stop + end), "allow");
  EXPECT_EQ(got(start + end), "deny");                                  // the block did not end
  EXPECT_EQ(got(start + stop + R"({"type":"message_stop"})"), "deny");  // no stop reason
  EXPECT_EQ(got(start + R"({"type":"content_block_stop","index":0})"), "deny");  // no end
  EXPECT_EQ(got(start + start + stop + end), "deny");
  EXPECT_EQ(got(start + stop + stop + end), "deny");
  EXPECT_EQ(
      got(R"({"type":"message_start","message":{"id":"m","content":[{"type":"tool_use","id":"t1",)"
          R"("name":"bash","input":{}}]}},)" +
          end),
      "deny");
  EXPECT_EQ(
      got(R"({"type":"message_start","message":{"id":"m","content":[{"type":"tool_use","id":"t1",)"
          R"("name":"read","input":{}}]}},)" +
          end),
      "allow");
}

TEST_F(CaseRunner, EveryHopOfARedirectIsDecided) {
  const auto got = [&](const char* hops) {
    return run(std::string(
                   R"("strategy":{"type":"url","tool":"fetch","arg":"url","hosts":["*"]},)"
                   R"("resolver":{"a.example":["93.184.216.34"],"in.example":["10.0.0.1"]},)"
                   R"("call":{"name":"fetch","arguments":{"url":"https://a.example/"}},"redirects":)") +
               hops)
        .got;
  };
  EXPECT_EQ(got("[]"), "allow");
  EXPECT_EQ(got(R"(["/next","https://a.example/x"])"), "allow");
  for (const char* const hops :
       {R"(["https://in.example/"])", R"(["/x","https://127.0.0.1/"])", R"(["http://a.example/"])",
        R"(["//in.example/"])", R"(["https://unknown.example/"])", "[7]"})
    EXPECT_EQ(got(hops), "deny") << hops;
}

}  // namespace
}  // namespace claif::test

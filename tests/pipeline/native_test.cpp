// Requests of Anthropic's own dialect: nothing is rewritten, and every stage still has its say.
#include "pipeline/pipeline_rig.hpp"
#include "support/json_difference.hpp"
#include "wire/native_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string kBody =
    "{ \"model\" : \"claude-opus-5-5\",\"messages\":[ {\"role\":\"user\",\"content\":\"Hi\"} ],"
    "\"max_tokens\":1e2 }";
const std::string kStreamed =
    "{ \"stream\":true, \"model\" : \"claude-opus-5-5\",\"messages\":[ "
    "{\"role\":\"user\",\"content\":"
    "\"Hi\"} ],\"tools\":[{\"name\":\"get_time\"}],\"max_tokens\":1e2 }";
const std::string kOddMessage =
    "{\"type\":\"message\", \"id\":\"m\",\"content\":[ {\"type\":\"text\",\"text\":\"\\u0048i\"}],"
    "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":1,\"output_tokens\":2} }";
const std::string kPing = R"({"type": "ping"})";

std::unique_ptr<Run> request(PipelineRig& rig, const std::string& body, bool counts = false) {
  auto run = std::make_unique<Run>(rig.loop);
  auto read = wire::read_native(body, {"2023-06-01", "beta-1", "beta=true"}, {}, counts);
  if (!read) throw std::runtime_error(read.error().message);
  run->context.request = std::move(*read);
  run->context.route = "messages";
  run->context.native = true;
  run->context.counts_tokens = counts;
  return run;
}
std::unique_ptr<Run> ask(PipelineRig& rig, const std::string& body, bool counts = false) {
  auto run = request(rig, body, counts);
  rig.start(*run);
  return run;
}

TEST(Native, ARequestAndItsAnswerAreHandedOnAsTheyAre) {
  PipelineRig rig;
  rig.transport->scripts.push_back(answers(kOddMessage));
  const auto run = ask(rig, kBody);
  ASSERT_TRUE(run->ok());
  EXPECT_EQ(rig.transport->requests.at(0).body, kBody);
  EXPECT_EQ(rig.transport->requests.at(0).version, "2023-06-01");
  EXPECT_EQ(rig.transport->requests.at(0).beta, "beta-1");
  EXPECT_EQ(rig.transport->requests.at(0).query, "beta=true");
  EXPECT_EQ(run->sink.raw_json, kOddMessage);
  EXPECT_FALSE(run->sink.whole);
  EXPECT_EQ(run->context.usage.output, 2);
}

TEST(Native, ALongAnswerIsNotTurnedIntoAStream) {
  PipelineRig rig;
  rig.transport->scripts.push_back(answers(kOddMessage));
  std::string body = kBody;
  body.replace(body.find("1e2"), 3, "64000");
  ASSERT_TRUE(ask(rig, body)->ok());
  EXPECT_FALSE(rig.transport->requests.at(0).streams);
  EXPECT_EQ(rig.transport->requests.at(0).body, body);
}

TEST(Native, AStreamIsHandedOnWithAllThatNobodyKnows) {
  PipelineRig rig;
  const std::vector<std::string> events{
      kPing,  // before the message
      R"({"type":"message_start", "message":{"id":"m","content":[],"usage":{"input_tokens":3}}})",
      kPing,
      R"({"type":"content_block_start","index":0,"content_block":{"type":"novel","x":[ 1]}})",
      text_delta(0, "of a block that nobody knows"),
      R"({"type":"content_block_delta","index":0,"delta":{"type":"novel_delta"}})",
      block_stop(0),
      R"({"type":"novel_event", "a":1})",
      message_delta("end_turn"),
      R"({"type":"message_stop", "novel":true})"};
  rig.transport->scripts.push_back(streams(events));
  const auto run = ask(rig, kStreamed);
  ASSERT_TRUE(run->ok());
  EXPECT_EQ(rig.transport->requests.at(0).body, kStreamed);
  EXPECT_EQ(run->sink.events, events);
}

TEST(Native, CallsWaitForTheirDecisionInTheirPlace) {
  PipelineRig rig;
  rig.transport->scripts.push_back(streams(tool_events("get_time", "{}")));
  const auto run = ask(rig, kStreamed);
  ASSERT_TRUE(run->ok());
  EXPECT_EQ(run->sink.events, tool_events("get_time", "{}"));
  EXPECT_THAT(rig.approval->asked, ElementsAre("get_time"));
}

TEST(Native, ADeniedCallOfAStreamIsReplaced) {
  PipelineRig rig;
  rig.approval->on_decide = [](const sdk::ToolCall&) { return sdk::Verdict::deny("no"); };
  rig.transport->scripts.push_back(streams(tool_events("get_time", R"({"tz":"canary"})")));
  const auto run = ask(rig, kStreamed);
  ASSERT_TRUE(run->ok());
  EXPECT_THAT(run->sink.all(), Not(HasSubstr("canary")));
  EXPECT_THAT(run->sink.all(), Not(HasSubstr("tool_use")));
  EXPECT_THAT(run->sink.all(), HasSubstr("The call of the tool 'get_time' was not approved: no"));
  EXPECT_THAT(run->sink.all(), HasSubstr(R"("stop_reason":"end_turn")"));
}

TEST(Native, ADeniedCallOfAMessageIsReplacedAndNothingElse) {
  PipelineRig rig;
  rig.approval->on_decide = [](const sdk::ToolCall&) { return sdk::Verdict::deny("no"); };
  const std::string begin = "{ \"content\":[ {\"type\":\"text\",\"text\":\"\\u0048i\"}, ";
  const std::string end = " ],\"usage\":{\"input_tokens\":1, \"novel\":2},\"stop_reason\": ";
  rig.transport->scripts.push_back(
      answers(begin + R"({"type":"tool_use","id":"t","name":"get_time","input":{}})" + end +
              "\"tool_use\" }"));
  const auto run = ask(rig, kBody);
  ASSERT_TRUE(run->ok());
  const std::string refusal =
      R"({"type":"text","text":"The call of the tool 'get_time' was not approved: the request offers no tool of this name"})";
  EXPECT_EQ(run->sink.raw_json, begin + refusal + end + "\"end_turn\" }");
}

TEST(Native, AnErrorOfTheUpstreamIsKeptAsItCame) {
  PipelineRig rig;
  rig.settings.retries = 0;
  const std::string body = R"({ "type":"error","error":{"type":"novel_error","details":{"a":1}}})";
  rig.transport->scripts = {refuses("418\nrequest-id: req_1\n", body), streams({kOverloaded}),
                            answers("no message")};
  rig.use_observer();
  const auto refused = ask(rig, kBody);
  EXPECT_EQ(pipeline::status_of(refused->context, refused->error()), 418);
  EXPECT_EQ(refused->context.upstream_error, body);
  EXPECT_EQ(refused->context.head.status, 418);
  const auto broken = ask(rig, kStreamed);
  EXPECT_EQ(broken->context.upstream_error, kOverloaded);
  EXPECT_EQ(broken->sink.starts, 0);
  EXPECT_EQ(pipeline::status_of(broken->context, broken->error()), 529);
  const auto own = ask(rig, kBody);
  EXPECT_FALSE(own->ok());
  EXPECT_FALSE(own->context.upstream_error);
  EXPECT_EQ(pipeline::status_of(own->context, own->error()), 502);
  rig.observers->flush();
  EXPECT_TRUE(rig.observer->saw(CLAIF_EV_RESPONSE, "418"));
  EXPECT_TRUE(rig.observer->saw(CLAIF_EV_RESPONSE, "529"));
}

TEST(Native, AnErrorEventBeforeTheMessageIsTriedAgain) {
  PipelineRig rig;
  rig.transport->scripts = {streams({kPing, kOverloaded}), streams(text_events("Hello"))};
  const auto run = ask(rig, kStreamed);
  EXPECT_FALSE(run->done());
  rig.loop.advance(std::chrono::seconds(1));
  ASSERT_TRUE(run->ok());
  EXPECT_EQ(run->sink.events, text_events("Hello"));
  EXPECT_FALSE(run->context.upstream_error);
}

TEST(Native, HooksEditTheRequestAndNothingElseDoes) {
  PipelineRig rig;
  const std::string edited =
      "{\"max_tokens\" : "
      "7,\"messages\":[{\"role\":\"user\",\"content\":\"No\"}],\"model\":\"claude-x\"}";
  rig.add_hook("a").request = [&](const sdk::HookInput& in) {
    EXPECT_EQ(in.body(), kBody);
    return sdk::HookResult::replace(edited);
  };
  rig.transport->scripts.push_back(answers(kOddMessage));
  ASSERT_TRUE(ask(rig, kBody)->ok());
  EXPECT_EQ(rig.transport->requests.at(0).body, edited);
}

TEST(Native, TheCacheAnswersWithTheSameBytesButForTheId) {
  PipelineRig rig;
  rig.use_cache();
  rig.transport->scripts.push_back(answers(kOddMessage));
  ASSERT_TRUE(ask(rig, kBody)->ok());
  const auto again = ask(rig, kBody);
  ASSERT_TRUE(again->ok());
  EXPECT_EQ(again->context.cache, pipeline::CacheState::hit);
  ASSERT_TRUE(again->sink.raw_json);
  const std::string id(json::string_or(parsed(*again->sink.raw_json), "id"));
  EXPECT_TRUE(id.starts_with("msg_")) << id;
  std::string expected = kOddMessage;
  EXPECT_EQ(*again->sink.raw_json, expected.replace(expected.find("\"m\""), 3, json::quote(id)));
  EXPECT_EQ(rig.transport->requests.size(), 1u);
}

TEST(Native, ASessionPutsItsHistoryBeforeTheMessages) {
  PipelineRig rig;
  rig.use_store();
  for (int turn = 0; turn < 2; ++turn) {
    rig.transport->scripts.push_back(answers(kOddMessage));
    auto run = request(rig, kBody);
    run->context.session = "talk";
    rig.start(*run);
    ASSERT_TRUE(run->ok());
  }
  const std::string& second = rig.transport->requests.at(1).body;
  const size_t at = kBody.find("{\"role\"");
  EXPECT_EQ(second.substr(0, at), kBody.substr(0, at));
  EXPECT_TRUE(second.ends_with(kBody.substr(at))) << second;
  EXPECT_THAT(second, HasSubstr(R"("role":"assistant")"));
  EXPECT_THAT(second, HasSubstr(R"([ {"role":"user","content":"Hi"},{"role":"assistant")"));
}

TEST(Native, TokensAreCountedWithoutAnythingAroundThem) {
  PipelineRig rig;
  rig.use_cache();
  rig.transport->scripts = {answers("{ \"input_tokens\" :7}"), answers(kOddMessage)};
  const auto run = ask(rig, kStreamed, true);
  ASSERT_TRUE(run->ok());
  EXPECT_EQ(run->sink.raw_json, "{ \"input_tokens\" :7}");
  EXPECT_TRUE(rig.transport->requests.at(0).counts);
  EXPECT_FALSE(rig.transport->requests.at(0).streams);
  EXPECT_TRUE(rig.cache->values.empty());
  // A transport that does not know the wish answers the question instead.
  EXPECT_EQ(ask(rig, kBody, true)->error().code, Errc::unsupported);
}

TEST(Native, ACountIsOfTheWholeSession) {
  PipelineRig rig;
  rig.use_store();
  rig.transport->scripts = {answers(kOddMessage), answers(R"({"input_tokens":7})")};
  for (const bool counts : {false, true}) {
    auto run = request(rig, kBody, counts);
    run->context.session = "talk";
    rig.start(*run);
    ASSERT_TRUE(run->ok());
  }
  EXPECT_THAT(rig.transport->requests.at(1).body, HasSubstr(R"("role":"assistant")"));
  EXPECT_EQ(rig.store->sessions["talk"].size(), 1u);
}

}  // namespace
}  // namespace claif::test

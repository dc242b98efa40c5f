// Responses that the gateway keeps: previous_response_id, and the routes that show and erase them.
#include "client/fake_anthropic.hpp"
#include "gateway/responses_client.hpp"

#include <mutex>
#include <set>

namespace claif::gateway {
namespace {

using testing::FakeAnthropic;
using testing::has;
using testing::Object;
using testing::response_events;
using testing::ResponsesClient;
using testing::RunningGateway;
using testing::Sets;
using testing::text_of;

const std::string kNobody = "resp_00000000000000000000000000000000";

// Answers with what it was asked.
Sets keeping(Sets more = {}) {
  Sets out{{"responses.use", "jsonl"},
           {"transport.config.replies", R"([{"text":"asked {{calls}}: {{request}}"}])"}};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

class StoredResponses : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(gateway.error(), ""); }
  static std::string after(const std::string& id) {
    return R"(,"previous_response_id":")" + id + '"';
  }
  RunningGateway gateway{keeping()};
  ResponsesClient client{gateway.port()};
};

TEST_F(StoredResponses, CarryTheConversationOn) {
  const auto [first, one] = client.create(R"("instructions":"Be kind.","input":"I am Ada")");
  EXPECT_TRUE(one.flag("store"));
  const auto [second, two] = client.create(R"("input":"And now?")" + after(one.text("id")));
  EXPECT_EQ(two.text("previous_response_id"), one.text("id"));
  const std::string asked = text_of(two);
  EXPECT_LT(asked.find("I am Ada"), asked.find("asked 1:")) << asked;
  EXPECT_LT(asked.find("asked 1:"), asked.find("And now?")) << asked;
  // What a request instructs does not go on. (The answer quotes it, with escapes.)
  EXPECT_FALSE(has(asked, R"("system":)")) << asked;
  const auto [third, three] = client.create(R"("input":"Still there?")" + after(two.text("id")));
  EXPECT_TRUE(has(text_of(three), "And now?"));
}

TEST_F(StoredResponses, AreThereAsSoonAsTheStreamEnds) {
  ResponsesClient other(gateway.port());
  std::string previous;
  for (int turn = 1; turn <= 5; ++turn) {
    const auto http = client.post(R"("input":"turn )" + std::to_string(turn) +
                                  R"(","stream":true)" + (previous.empty() ? "" : after(previous)));
    const auto events = response_events(http.body);
    ASSERT_FALSE(events.empty()) << http.body;
    ASSERT_EQ(events.back().first, "response.completed") << http.body;
    const Object response = events.back().second.member("response");
    EXPECT_TRUE(response.flag("store"));
    if (turn > 1) {
      EXPECT_TRUE(has(text_of(response), "turn " + std::to_string(turn - 1)));
    }
    previous = response.text("id");
    const auto shown = other.get("/v1/responses/" + previous);
    EXPECT_EQ(shown.status, 200);
    EXPECT_EQ(Object{shown.body}.body, response.body);
  }
}

TEST_F(StoredResponses, AreNotKeptWhenTheClientSaysSo) {
  const auto [http, object] = client.create(R"("input":"secret","store":false)");
  EXPECT_FALSE(object.flag("store"));
  EXPECT_EQ(client.get("/v1/responses/" + object.text("id")).status, 404);
  const auto [next, error] = client.error(client.post(R"("input":"a")" + after(object.text("id"))));
  EXPECT_EQ(next.status, 400);
  EXPECT_EQ(error.text("code"), "previous_response_not_found");
  // One that is not kept may go on with one that is.
  const auto [kept, one] = client.create(R"("input":"I am Ada")");
  const auto [more, two] = client.create(R"("input":"and?","store":false)" + after(one.text("id")));
  EXPECT_TRUE(has(text_of(two), "I am Ada"));
}

TEST_F(StoredResponses, ShowThemselvesAgain) {
  const auto [http, object] = client.create(R"("input":"hello")");
  const auto shown = client.get("/v1/responses/" + object.text("id"));
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.header("content-type"), "application/json");
  EXPECT_EQ(shown.body, http.body);
  for (const std::string query : {"?stream=true", "?starting_after=3", "?colour=blue"}) {
    const auto [refused, error] =
        client.error(client.get("/v1/responses/" + object.text("id") + query));
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_EQ(error.text("param"), query.substr(1, query.find('=') - 1));
  }
}

TEST_F(StoredResponses, AreErased) {
  const auto [http, object] = client.create(R"("input":"hello")");
  const std::string path = "/v1/responses/" + object.text("id");
  const auto [next_http, next] = client.create(R"("input":"a")" + after(object.text("id")));
  const auto erased = client.erase(path);
  EXPECT_EQ(erased.status, 200);
  EXPECT_EQ(erased.body,
            R"({"id":")" + object.text("id") + R"(","object":"response","deleted":true})");
  EXPECT_EQ(client.get(path).status, 404);
  EXPECT_EQ(client.erase(path).status, 404);
  // What followed it is there, but cannot be gone on with: its beginning is lost.
  EXPECT_EQ(client.get("/v1/responses/" + next.text("id")).status, 200);
  const auto [refused, error] =
      client.error(client.post(R"("input":"a")" + after(next.text("id"))));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(error.text("code"), "previous_response_not_found");
  EXPECT_TRUE(has(error.text("message"), object.text("id"))) << error.body;
}

TEST_F(StoredResponses, AreNotThereWhenNobodyMadeThem) {
  for (const std::string& id : {kNobody, std::string("resp_1"), std::string("..%2f..%2fx")}) {
    const std::string path = "/v1/responses/" + id;
    for (auto& answer : {client.get(path), client.erase(path), client.get(path + "/input_items")}) {
      const auto [http, error] = client.error(answer);
      EXPECT_EQ(http.status, 404) << path;
      EXPECT_EQ(error.text("param"), "response_id");
      EXPECT_EQ(error.text("code"), "not_found");
      EXPECT_EQ(error.text("type"), "invalid_request_error");
    }
    const auto [http, error] = client.error(client.post(R"("input":"a")" + after(id)));
    EXPECT_EQ(http.status, 400);
    EXPECT_EQ(error.text("param"), "previous_response_id");
    EXPECT_EQ(error.text("code"), "previous_response_not_found");
  }
}

TEST_F(StoredResponses, BelongToTheKeyThatMadeThem) {
  const auto [http, object] = client.create(R"("input":"hello")");
  const std::string id = object.text("id"), path = "/v1/responses/" + id;
  ResponsesClient ada(gateway.port(), "Authorization: Bearer ada-key-1\r\n");
  const auto [made, of_ada] = ada.create(R"("input":"I am Ada")");
  EXPECT_EQ(ada.get("/v1/responses/" + of_ada.text("id")).status, 200);
  ResponsesClient same(gateway.port(), "X-Api-Key: ada-key-1\r\n");
  EXPECT_EQ(same.get("/v1/responses/" + of_ada.text("id")).status, 200);
  ResponsesClient bob(gateway.port(), "Authorization: Bearer bob-key-1\r\n");
  for (ResponsesClient* other : {&ada, &bob}) {
    EXPECT_EQ(other->get(path).status, 404);
    EXPECT_EQ(other->get(path + "/input_items").status, 404);
    EXPECT_EQ(other->erase(path).status, 404);
    const auto [refused, error] = other->error(other->post(R"("input":"a")" + after(id)));
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(error.text("code"), "previous_response_not_found");
  }
  EXPECT_EQ(client.get(path).body, http.body);
}

TEST_F(StoredResponses, ListWhatTheyWereMadeFrom) {
  const auto [first, one] = client.create(
      R"("input":[{"role":"developer","content":"Be brief."},{"role":"user","content":"first"}])");
  const auto [second, two] = client.create(R"("input":"second")" + after(one.text("id")));
  const std::string path = "/v1/responses/" + two.text("id") + "/input_items";
  const auto listed = client.get(path);
  EXPECT_EQ(listed.status, 200);
  std::vector<std::string> seen;
  std::set<std::string> ids;
  for (const Object& item : Object{listed.body}.list("data")) {
    EXPECT_EQ(item.text("type"), "message");
    seen.push_back(item.text("role") + ": " + item.list("content").at(0).text("text").substr(0, 7));
    ids.insert(item.text("id"));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"user: second", "assistant: asked 1", "user: first",
                                            "developer: Be brie"}));
  EXPECT_EQ(ids.size(), 4u);
  const auto page = client.get(path + "?limit=2&order=asc");
  EXPECT_TRUE(Object{page.body}.flag("has_more"));
  const auto rest =
      client.get(path + "?limit=2&order=asc&after=" + Object{page.body}.text("last_id"));
  EXPECT_FALSE(Object{rest.body}.flag("has_more"));
  EXPECT_EQ(Object{rest.body}.list("data").at(1).list("content").at(0).text("text"), "second");
  const auto [refused, error] = client.error(client.get(path + "?limit=0"));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(error.text("param"), "limit");
}

TEST_F(StoredResponses, AreNoSessions) {
  const auto [http, object] = client.create(R"("input":"I am Ada")");
  const auto [other, answer] =
      client.create(R"("input":"hello")", "X-Claif-Session: " + object.text("id") + "\r\n");
  EXPECT_FALSE(has(text_of(answer), "Ada"));
  const auto [refused, error] = client.error(
      client.post(R"("input":"a")" + after(object.text("id")), "X-Claif-Session: talk\r\n"));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(error.text("param"), "previous_response_id");
}

TEST(StoredResponsesWithSettings, AreOffUnlessConfigured) {
  RunningGateway gateway;
  ASSERT_EQ(gateway.error(), "");
  ResponsesClient client(gateway.port());
  const auto [http, object] = client.create(R"("input":"hello")");
  const auto [shown, error] = client.error(client.get("/v1/responses/" + object.text("id")));
  EXPECT_EQ(shown.status, 404);
  EXPECT_TRUE(has(error.text("message"), "responses.use")) << error.body;
}

TEST(StoredResponsesWithSettings, SayWhenTheyCouldNotBeKept) {
  RunningGateway gateway(
      keeping({{"responses.config.min_free", "1000000000GiB"}, {"log.level", "off"}}));
  ASSERT_EQ(gateway.error(), "");
  ResponsesClient client(gateway.port());
  const auto [http, object] = client.create(R"("input":"hello")");
  EXPECT_EQ(http.header("x-claif-persisted"), "false");
  EXPECT_FALSE(object.flag("store"));
  EXPECT_TRUE(has(text_of(object), "hello"));
  const auto streamed = client.post(R"("input":"hello","stream":true)");
  EXPECT_TRUE(has(streamed.body, ": claif.persisted:false\n\n"));
  const auto events = response_events(streamed.body);
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back().first, "response.completed");
  EXPECT_FALSE(events.back().second.member("response").flag("store"));
}

TEST(StoredResponsesWithSettings, HoldNoMoreThanARequestMay) {
  RunningGateway gateway(keeping({{"gateway.max_body", "4096"}}));
  ASSERT_EQ(gateway.error(), "");
  ResponsesClient client(gateway.port());
  const auto [http, object] = client.create(R"("input":")" + std::string(3000, 'x') + '"');
  const auto [refused, error] = client.error(
      client.post(R"("input":"a","previous_response_id":")" + object.text("id") + '"'));
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(error.text("param"), "previous_response_id");
}

TEST(StoredResponsesWithSettings, GiveThinkingBackToClaudeAsItCame) {
  std::mutex mutex;
  std::vector<std::string> bodies;
  FakeAnthropic upstream([&](const FakeAnthropic::Call& call) {
    const std::lock_guard lock(mutex);
    bodies.push_back(call.body);
    call.write(FakeAnthropic::response(
        200,
        R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-5-5","content":[)"
        R"({"type":"thinking","thinking":"hm","signature":"s1=="},{"type":"text","text":"well"}],)"
        R"("stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":2}})"));
  });
  RunningGateway gateway(Sets{{"transport.use", "anthropic"},
                              {"transport.config.base_url", upstream.url()},
                              {"transport.config.api_key", "test-key-123"},
                              {"responses.use", "jsonl"}});
  ASSERT_EQ(gateway.error(), "");
  ResponsesClient client(gateway.port());
  const std::string ask = R"("input":"a","max_output_tokens":99)";
  const auto [http, object] = client.create(ask);
  EXPECT_FALSE(has(http.body, "encrypted_content"));
  const std::string path = "/v1/responses/" + object.text("id");
  EXPECT_FALSE(has(client.get(path).body, "encrypted_content"));
  EXPECT_TRUE(has(client.get(path + "?include%5B%5D=reasoning.encrypted_content").body,
                  "encrypted_content"));
  client.create(ask + R"(,"previous_response_id":")" + object.text("id") + '"');
  ASSERT_EQ(bodies.size(), 2u);
  EXPECT_TRUE(has(bodies[1], R"({"type":"thinking","thinking":"hm","signature":"s1=="})"))
      << bodies[1];
}

TEST(StoredResponsesWithSettings, KeepTheRefusalOfACallThatWasDenied) {
  RunningGateway gateway(keeping(
      {{"approval.use", "deny-all"},
       {"transport.config.replies",
        R"([{"tool_calls":[{"name":"wipe","input":{}}],"times":1},{"text":"{{request}}"}])"}}));
  ASSERT_EQ(gateway.error(), "");
  ResponsesClient client(gateway.port());
  const std::string ask = R"("input":"a","tools":[{"type":"function","name":"wipe"}])";
  const auto [http, object] = client.create(ask);
  const auto shown = client.get("/v1/responses/" + object.text("id"));
  EXPECT_EQ(shown.body, http.body);
  const auto [next, answer] =
      client.create(ask + R"(,"previous_response_id":")" + object.text("id") + '"');
  EXPECT_FALSE(has(text_of(answer), "tool_use")) << next.body;
}

}  // namespace
}  // namespace claif::gateway

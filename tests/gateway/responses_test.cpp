// The Responses API through the gateway: answers, streams, errors, tool calls that are denied.
#include "client/fake_anthropic.hpp"
#include "gateway/responses_client.hpp"

#include <condition_variable>

namespace claif::gateway {
namespace {

using testing::FakeAnthropic;
using testing::get_request;
using testing::has;
using testing::RawClient;
using testing::response_events;
using testing::ResponsesClient;
using testing::RunningGateway;
using testing::Sets;
using testing::text_of;

Sets through(const FakeAnthropic& upstream) {
  return {{"transport.use", "anthropic"},
          {"transport.config.base_url", upstream.url()},
          {"transport.config.api_key", "test-key-123"},
          {"retries", "0"}};
}

class Responses : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(gateway.error(), ""); }
  RunningGateway gateway;
  ResponsesClient client{gateway.port()};
};

TEST_F(Responses, AnswerAText) {
  const auto [http, object] = client.create(R"("input":"hello","metadata":{"trace":"t"})");
  EXPECT_EQ(http.status, 200);
  EXPECT_EQ(http.header("content-type"), "application/json");
  EXPECT_NE(http.header("x-request-id"), "");
  EXPECT_EQ(http.header("x-claif-warnings"), "");
  EXPECT_EQ(object.text("object"), "response");
  EXPECT_TRUE(object.text("id").starts_with("resp_"));
  EXPECT_EQ(object.text("status"), "completed");
  EXPECT_TRUE(has(text_of(object), R"(You said: "hello")"));
  EXPECT_FALSE(object.flag("store"));
  EXPECT_TRUE(has(http.body, R"("metadata":{"trace":"t"})"));
}

TEST_F(Responses, StreamNamedEvents) {
  const auto http = client.post(R"("input":"hello","stream":true)");
  EXPECT_EQ(http.status, 200);
  EXPECT_EQ(http.header("content-type"), "text/event-stream; charset=utf-8");
  EXPECT_EQ(http.header("cache-control"), "no-cache");
  EXPECT_FALSE(has(http.body, "[DONE]"));
  const auto events = response_events(http.body);
  ASSERT_GT(events.size(), 6u);
  EXPECT_EQ(events.front().first, "response.created");
  EXPECT_EQ(events.back().first, "response.completed");
  EXPECT_TRUE(has(events.back().second.body, R"(You said: \"hello\")"));
  EXPECT_EQ(client.ask(get_request("/healthz")).status, 200);  // the connection goes on
}

TEST_F(Responses, NameWhatIsWrongInOpenAisTerms) {
  struct Wrong {
    std::string body;
    int status;
    std::string param, code;
  };
  const Wrong wrongs[] = {
      {R"({"input":"a"})", 400, "model", "missing_required_parameter"},
      {R"({"model":"haiku"})", 400, "input", "missing_required_parameter"},
      {R"({"model":"gpt-5","input":"a"})", 404, "model", "model_not_found"},
      {R"({"model":"haiku","input":[]})", 400, "input", "invalid_value"},
      {R"({"model":"haiku","input":"a","background":true})", 400, "background",
       "unsupported_value"},
      {R"({"model":"haiku","input":"a","conversation":"c"})", 400, "conversation",
       "unsupported_parameter"},
      {R"({"model":"haiku","input":[{"type":"item_reference","id":"m"}]})", 400, "input[0].type",
       "unsupported_value"},
      {R"({"model":"haiku","input":"a","tools":[{"type":"mcp"}]})", 400, "tools[0].type",
       "unsupported_value"},
      {R"({"model":"haiku","input":"a","previous_response_id":"resp_1"})", 400,
       "previous_response_id", "previous_response_not_found"},
      {R"({"model":"haiku","input":"a","previous_response_id":7})", 400, "previous_response_id",
       "invalid_type"},
      {R"([])", 400, "", "invalid_json"},
      {R"({)", 400, "", "invalid_json"},
  };
  for (const Wrong& wrong : wrongs) {
    const auto [http, error] = client.error(client.send_body(wrong.body));
    EXPECT_EQ(http.status, wrong.status) << wrong.body;
    EXPECT_EQ(error.text("param"), wrong.param) << http.body;
    EXPECT_EQ(error.text("code"), wrong.code) << http.body;
    EXPECT_EQ(error.text("type"), "invalid_request_error") << http.body;
    EXPECT_EQ(http.header("connection"), "") << wrong.body;
  }
}

TEST_F(Responses, SayWhatTheirPathsTake) {
  EXPECT_EQ(client.ask(get_request("/v1/responses")).header("allow"), "POST");
  const auto put = client.ask("PUT /v1/responses/resp_1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(put.status, 405);
  EXPECT_EQ(put.header("allow"), "GET, DELETE");
  EXPECT_EQ(client.ask(get_request("/v1/responses/resp_1/output_items")).status, 404);
}

TEST_F(Responses, NameWhatTheyCouldNotHonour) {
  const auto [http, object] = client.create(R"("input":"a","truncation":"auto","made_up":1)");
  EXPECT_EQ(http.header("x-claif-warnings"), "made_up:unknown,truncation:ignored");
  const auto streamed = client.post(R"("input":"a","store":true,"stream":true)");
  EXPECT_EQ(streamed.header("x-claif-warnings"), "store:ignored");
}

TEST_F(Responses, ComeFromTheCacheAsNewOnes) {
  const std::string wish = "X-Claif-Cache: on\r\n";
  const auto [first, one] = client.create(R"("input":"cached")", wish);
  const auto [second, two] = client.create(R"("input":"cached")", wish);
  EXPECT_EQ(first.header("x-claif-cache"), "MISS");
  EXPECT_EQ(second.header("x-claif-cache"), "HIT");
  EXPECT_EQ(text_of(one), text_of(two));
  EXPECT_NE(one.text("id"), two.text("id"));
  EXPECT_EQ(gateway.metric("claif_mock_calls_total"), 1);
}

TEST(ResponsesWithSettings, AreRefusedByAHook) {
  RunningGateway gateway(
      Sets{{"hooks", R"([{"use":"rate-limit","config":{"requests_per_minute":1,"burst":1}}])"}});
  ASSERT_EQ(gateway.error(), "");
  ResponsesClient client(gateway.port());
  EXPECT_EQ(client.post(R"("input":"a")").status, 200);
  const auto [http, error] = client.error(client.post(R"("input":"a","stream":true)"));
  EXPECT_EQ(http.status, 429);
  EXPECT_EQ(error.text("code"), "rate_limit_exceeded");
}

TEST(ResponsesWithSettings, AreCountedByObservers) {
  RunningGateway gateway(Sets{{"observers", R"([{"use":"metrics"}])"}});
  ASSERT_EQ(gateway.error(), "");
  ResponsesClient client(gateway.port());
  EXPECT_EQ(client.post(R"("input":"a")").status, 200);
  const auto metrics = client.ask(get_request("/metrics"));
  EXPECT_TRUE(has(metrics.body, R"(claif_requests_total{model="claude-haiku-5-5",status="200"} 1)"))
      << metrics.body;
}

TEST(ResponsesWithSettings, PutARefusalInPlaceOfACallThatIsDenied) {
  RunningGateway gateway(
      Sets{{"approval.use", "deny-all"},
           {"transport.config.replies",
            R"([{"text":"So:","tool_calls":[{"name":"wipe","input":{"path":"/"}}]}])"}});
  ASSERT_EQ(gateway.error(), "");
  ResponsesClient client(gateway.port());
  const std::string ask = R"("input":"a","tools":[{"type":"function","name":"wipe"}])";
  const auto [http, object] = client.create(ask);
  EXPECT_FALSE(has(http.body, "function_call")) << http.body;
  EXPECT_TRUE(has(text_of(object), "wipe")) << http.body;
  EXPECT_EQ(object.text("status"), "completed");
  const auto streamed = client.post(ask + R"(,"stream":true)");
  EXPECT_FALSE(has(streamed.body, "function_call")) << streamed.body;
  const auto events = response_events(streamed.body);
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back().first, "response.completed");
  EXPECT_TRUE(has(text_of(events.back().second.member("response")), "wipe")) << streamed.body;
}

TEST(ResponsesWithSettings, LetACallThroughThatIsAllowed) {
  RunningGateway gateway(Sets{
      {"transport.config.replies", R"([{"tool_calls":[{"name":"look","input":{"path":"/"}}]}])"}});
  ASSERT_EQ(gateway.error(), "");
  ResponsesClient client(gateway.port());
  const std::string ask = R"("input":"a","tools":[{"type":"function","name":"look"}])";
  for (const char* more : {"", R"(,"stream":true)"}) {
    const auto http = client.post(ask + more);
    EXPECT_TRUE(has(http.body, R"("type":"function_call")")) << http.body;
    EXPECT_TRUE(has(http.body, R"("arguments":"{\"path\":\"/\"}")")) << http.body;
  }
}

TEST(ResponsesWithSettings, PassAnUpstreamErrorOnInTheirTerms) {
  RunningGateway gateway(Sets{{"retries", "0"},
                              {"transport.config.replies",
                               R"([{"error":{"status":400,"message":"messages.0: too odd"}}])"}});
  ASSERT_EQ(gateway.error(), "");
  ResponsesClient client(gateway.port());
  for (const char* more : {"", R"(,"stream":true)"}) {
    const auto [http, error] = client.error(client.post(std::string(R"("input":"a")") + more));
    EXPECT_EQ(http.status, 400);
    EXPECT_EQ(error.text("param"), "input") << http.body;
  }
}

TEST(ResponsesWithSettings, KeepASession) {
  RunningGateway gateway(Sets{{"transport.config.replies", R"([{"text":"{{request}}"}])"}});
  ASSERT_EQ(gateway.error(), "");
  ResponsesClient client(gateway.port());
  const std::string session = "X-Claif-Session: talk-1\r\n";
  EXPECT_EQ(client.post(R"("input":"first")", session).status, 200);
  const auto [http, object] = client.create(R"("input":"second")", session);
  EXPECT_TRUE(has(text_of(object), "first")) << http.body;
  EXPECT_EQ(client.post(R"("input":"a")", "X-Claif-Session: a/b\r\n").status, 400);
}

TEST(ResponsesWithSettings, FailWhenTheUpstreamBreaksOff) {
  FakeAnthropic upstream([](const FakeAnthropic::Call& call) {
    call.write(FakeAnthropic::stream_start() + FakeAnthropic::stream_text("half"));
  });
  RunningGateway gateway(through(upstream));
  ASSERT_EQ(gateway.error(), "");
  ResponsesClient client(gateway.port());
  const auto http = client.post(R"("input":"a","stream":true)");
  const auto events = response_events(http.body);
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back().first, "response.failed");
  const auto response = events.back().second.member("response");
  EXPECT_EQ(response.text("status"), "failed");
  EXPECT_EQ(response.member("error").text("code"), "server_error");
}

TEST(ResponsesWithSettings, CancelTheUpstreamWhenTheClientLeaves) {
  std::mutex mutex;
  std::condition_variable changed;
  int asked = 0, closed = 0;
  const auto raise = [&](int& n) {
    const std::lock_guard lock(mutex);
    ++n;
    changed.notify_all();
  };
  const auto reaches = [&](int& n, int wanted) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(5), [&] { return n >= wanted; });
  };
  FakeAnthropic upstream([&](const FakeAnthropic::Call& call) {
    if (call.wants_stream())
      call.write(FakeAnthropic::stream_start() + FakeAnthropic::stream_text("one"));
    raise(asked);
    if (call.closed_within(std::chrono::seconds(5))) raise(closed);
  });
  RunningGateway gateway(through(upstream));
  ASSERT_EQ(gateway.error(), "");
  int n = 0;
  for (const char* more : {"", R"(,"stream":true)"}) {
    ResponsesClient client(gateway.port());
    ASSERT_TRUE(client.send_only(std::string(R"("input":"a")") + more));
    ASSERT_TRUE(reaches(asked, ++n));
    client.leave();
    EXPECT_TRUE(reaches(closed, n)) << more;
  }
}

}  // namespace
}  // namespace claif::gateway

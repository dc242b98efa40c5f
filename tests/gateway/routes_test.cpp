// What each route answers, and that an error of the application leaves the connection usable.
#include "gateway/running_gateway.hpp"

namespace claif::gateway {
namespace {

using testing::Answer;
using testing::chat_request;
using testing::get_request;
using testing::question;
using testing::RawClient;
using testing::RunningGateway;
using testing::Sets;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Routes : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(gateway.error(), ""); }
  Answer ask(const std::string& request) {
    auto answer = client.ask(request);
    EXPECT_TRUE(answer) << request;
    return answer.value_or(Answer{});
  }
  RunningGateway gateway;
  RawClient client{gateway.port()};
};

TEST_F(Routes, AnswersAChatCompletion) {
  const Answer answer = ask(chat_request(question("hello")));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "application/json");
  EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
  EXPECT_NE(answer.header("x-request-id"), "");
  EXPECT_TRUE(has(answer.body, R"("object":"chat.completion")")) << answer.body;
  EXPECT_TRUE(has(answer.body, R"(You said: \"hello\")")) << answer.body;
}

TEST_F(Routes, StreamsAChatCompletion) {
  const Answer answer = ask(chat_request(question("hello", R"(,"stream":true)")));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "text/event-stream; charset=utf-8");
  EXPECT_EQ(answer.header("cache-control"), "no-cache");
  EXPECT_TRUE(answer.body.starts_with("data: {")) << answer.body;
  EXPECT_TRUE(answer.body.ends_with("data: [DONE]\n\n")) << answer.body;
  EXPECT_EQ(ask(get_request("/healthz")).status, 200);  // the connection goes on
}

TEST_F(Routes, ListsModels) {
  const Answer answer = ask(get_request("/v1/models"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body.starts_with(R"({"object":"list","data":[{"id":")")) << answer.body;
  EXPECT_TRUE(has(answer.body, R"("owned_by":"anthropic")")) << answer.body;
}

TEST_F(Routes, SaysThatItIsThereAndReady) {
  EXPECT_EQ(ask(get_request("/healthz")).body, R"({"status":"ok"})");
  EXPECT_EQ(ask(get_request("/readyz")).body, R"({"status":"ready"})");
}

TEST_F(Routes, IgnoresTheQuery) {
  EXPECT_EQ(ask(get_request("/healthz?a=b/c")).status, 200);
}

TEST_F(Routes, HeadHasTheHeadOfGetAndNoBody) {
  const Answer get = ask(get_request("/healthz"));
  const Answer head = ask("HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.head, get.head);
  EXPECT_EQ(ask("HEAD /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 404);
  EXPECT_EQ(ask(get_request("/healthz")).body, get.body);  // nothing of a body is in between
}

// Each row is an error of the application, in OpenAI's shape, after which the connection goes on.
struct Wrong {
  std::string request;
  int status;
  std::string code;
};

TEST_F(Routes, AnErrorLeavesTheConnectionUsable) {
  const std::string post =
      "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n";
  const std::string json = "Content-Type: application/json\r\n";
  const Wrong wrongs[] = {
      {get_request("/nothing"), 404, R"("code":"unknown_url")"},
      {get_request("/v1/chat/completions/"), 404, R"("code":"unknown_url")"},
      {get_request("/v1/chat/completions"), 405, R"("code":"method_not_allowed")"},
      {"DELETE /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n", 405,
       R"("code":"method_not_allowed")"},
      {post + "\r\n{}", 415, R"("code":"unsupported_media_type")"},
      {post + "Content-Type: text/plain\r\n\r\n{}", 415, R"("code":"unsupported_media_type")"},
      {post + "Content-Type: application/jsonx\r\n\r\n{}", 415,
       R"("code":"unsupported_media_type")"},
      {post + json + "\r\n{}", 400, R"("param":"model")"},
      {chat_request(R"({"model":"haiku"})"), 400, R"("param":"messages")"},
      {post + json + "\r\n{]", 400, R"("type":"invalid_request_error")"},
      {post + json + "\r\n[]", 400, R"("type":"invalid_request_error")"},
      {chat_request(""), 400, R"("type":"invalid_request_error")"},
      {chat_request(R"({"model":"gpt-4","messages":[{"role":"user","content":"a"}]})"), 404,
       R"("code":"model_not_found")"},
      {chat_request(question("a", R"(,"n":2)")), 400, R"("param":"n")"},
      {chat_request(question("a"), "X-Claif-Session: a/b\r\n"), 400, "x-claif-session"},
      {chat_request(question("a"), "X-Claif-Cache: maybe\r\n"), 400, "x-claif-cache"},
      {"GET /healthz HTTP/1.1\r\nHost: example.org\r\n\r\n", 421, R"("code":"unknown_host")"},
      {"GET /healthz HTTP/1.1\r\nHost: localhost.example.org\r\n\r\n", 421, "unknown_host"},
      {"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1.example.org:8787\r\n\r\n", 421, "unknown_host"},
      {get_request("/healthz", "Origin: https://example.org\r\n"), 403, "origin_not_allowed"},
      {get_request("/healthz", "Origin: null\r\n"), 403, "origin_not_allowed"},
  };
  for (const Wrong& wrong : wrongs) {
    const Answer answer = ask(wrong.request);
    EXPECT_EQ(answer.status, wrong.status) << wrong.request;
    EXPECT_TRUE(has(answer.body, wrong.code)) << answer.body;
    EXPECT_TRUE(answer.body.starts_with(R"({"error":{"message":")")) << answer.body;
    EXPECT_EQ(answer.header("content-type"), "application/json");
    EXPECT_EQ(answer.header("connection"), "") << wrong.request;
  }
  EXPECT_EQ(ask(get_request("/healthz")).status, 200);
}

TEST_F(Routes, SaysWhichMethodsAPathTakes) {
  EXPECT_EQ(ask(get_request("/v1/chat/completions")).header("allow"), "POST");
  EXPECT_EQ(ask("PUT /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n").header("allow"), "GET");
}

TEST_F(Routes, KnowsItsLoopbackNames) {
  for (const char* host :
       {"localhost", "localhost:1", "127.0.0.1", "127.0.0.1:8787", "[::1]", "[::1]:8787"})
    EXPECT_EQ(ask("GET /healthz HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n").status, 200)
        << host;
}

TEST_F(Routes, NamesWhatItCouldNotHonour) {
  const Answer answer = ask(chat_request(question("a", R"(,"seed":7,"made_up":1)")));
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(has(answer.header("x-claif-warnings"), "seed:ignored"));
  EXPECT_TRUE(has(answer.header("x-claif-warnings"), "made_up:unknown"));
  const Answer streamed = ask(chat_request(question("a", R"(,"seed":7,"stream":true)")));
  EXPECT_EQ(streamed.header("x-claif-warnings"), "seed:ignored");
}

TEST_F(Routes, AWarningNeverEndsTheHeader) {
  const Answer answer = ask(chat_request(question("a", R"(,"a\r\nx-evil: 1":1)")));
  EXPECT_EQ(answer.header("x-evil"), "");
  EXPECT_EQ(answer.header("x-claif-warnings"), R"(a\x0d\x0ax-evil: 1:unknown)");
  EXPECT_EQ(answer.status, 200);
}

TEST_F(Routes, UsesTheCacheWhenAsked) {
  const std::string request = chat_request(question("cached"), "X-Claif-Cache: on\r\n");
  const Answer first = ask(request), second = ask(request);
  EXPECT_EQ(first.header("x-claif-cache"), "MISS");
  EXPECT_EQ(second.header("x-claif-cache"), "HIT");
  EXPECT_TRUE(has(second.body, "cached")) << second.body;
  EXPECT_EQ(ask(chat_request(question("cached"))).header("x-claif-cache"), "");
  EXPECT_EQ(gateway.metric("claif_mock_calls_total"), 2);
}

TEST_F(Routes, ContinuesASession) {
  const std::string session = "X-Claif-Session: talk-1\r\n";
  EXPECT_EQ(ask(chat_request(question("my name is Ada"), session)).status, 200);
  const Answer streamed = ask(chat_request(question("and what now", R"(,"stream":true)"), session));
  EXPECT_EQ(streamed.status, 200);
  EXPECT_TRUE(streamed.body.ends_with("data: [DONE]\n\n"));
  EXPECT_EQ(streamed.header("x-claif-persisted"), "");
}

TEST(RoutesWithSettings, ASessionHasItsHistory) {
  RunningGateway gateway(Sets{{"transport.config.replies", R"([{"text":"{{request}}"}])"}});
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  const std::string session = "X-Claif-Session: talk-1\r\n";
  ASSERT_TRUE(client.ask(chat_request(question("first"), session)));
  const auto second = client.ask(chat_request(question("second"), session));
  ASSERT_TRUE(second);
  const size_t first_at = second->body.find("first"), second_at = second->body.rfind("second");
  EXPECT_LT(first_at, second_at) << second->body;
  const auto other = client.ask(chat_request(question("third"), "X-Claif-Session: talk-2\r\n"));
  ASSERT_TRUE(other);
  EXPECT_FALSE(has(other->body, "first")) << other->body;
}

TEST(RoutesWithSettings, AsksForTheTokenEverywhereButForHealth) {
  RunningGateway gateway(Sets{{"gateway.auth_token", "open-sesame-1234"}});
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  const auto status = [&](const std::string& path, const std::string& headers) {
    const auto answer = client.ask(get_request(path, headers));
    return answer ? answer->status : 0;
  };
  EXPECT_EQ(status("/v1/models", ""), 401);
  EXPECT_EQ(status("/metrics", ""), 401);
  EXPECT_EQ(status("/v1/models", "Authorization: Bearer open-sesame-123\r\n"), 401);
  EXPECT_EQ(status("/v1/models", "Authorization: Bearer open-sesame-12345\r\n"), 401);
  EXPECT_EQ(status("/v1/models", "Authorization: Basic open-sesame-1234\r\n"), 401);
  EXPECT_EQ(status("/v1/models", "Authorization: Bearer open-sesame-1234\r\n"), 200);
  EXPECT_EQ(status("/v1/models", "X-Api-Key: open-sesame-1234\r\n"), 200);
  EXPECT_EQ(status("/healthz", ""), 200);
  EXPECT_EQ(status("/readyz", ""), 200);
  const auto refused = client.ask(chat_request(question("a")));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 401);
  EXPECT_TRUE(has(refused->body, R"("code":"invalid_api_key")")) << refused->body;
  EXPECT_FALSE(has(refused->body, "sesame")) << refused->body;
}

TEST(RoutesWithSettings, AnswersToAllowedHosts) {
  RunningGateway gateway(Sets{{"gateway.allowed_hosts", R"(["claif.example.org"])"}});
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  const auto answer = client.ask("GET /healthz HTTP/1.1\r\nHost: claif.example.org\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
}

TEST(RoutesWithSettings, PassesAnUpstreamErrorOn) {
  RunningGateway gateway(
      Sets{{"retries", "0"},
           {"transport.config.replies",
            R"([{"error":{"status":429,"message":"slow down","retry_after":7}}])"}});
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  for (const char* more : {"", R"(,"stream":true)"}) {
    const auto answer = client.ask(chat_request(question("a", more)));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 429);
    EXPECT_EQ(answer->header("retry-after"), "7");
    EXPECT_TRUE(has(answer->body, R"("type":"rate_limit_error")")) << answer->body;
  }
}

TEST(RoutesWithSettings, CountsForPrometheus) {
  RunningGateway gateway(Sets{{"observers", R"([{"use":"metrics"}])"}});
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  ASSERT_TRUE(client.ask(chat_request(question("a"))));
  const auto answer = client.ask(get_request("/metrics"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_TRUE(has(answer->body, "# TYPE claif_requests_total counter")) << answer->body;
}

}  // namespace
}  // namespace claif::gateway

// Anthropic's own API through the gateway, with an upstream whose bytes the test writes.
#include "client/fake_anthropic.hpp"
#include "gateway/running_gateway.hpp"

#include <mutex>

#include <gmock/gmock.h>

namespace claif::gateway {
namespace {

using testing::Answer;
using testing::FakeAnthropic;
using testing::get_request;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawClient;
using testing::RunningGateway;
using testing::Sets;

std::string post(const std::string& path,
                 const std::string& body,
                 const std::string& headers = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
         headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Spaces, an order and escapes that no encoder would write.
const std::string kBody =
    "{ \"messages\" : [ {\"content\":\"say \\u00fc \\/\",\"role\":\"user\"} "
    "],\n\t\"max_tokens\":1e2 ,"
    "\"model\":\"claude-haiku-5-5\" }";
const std::string kStreamed =
    "{\"stream\":true, \"messages\":[{\"content\":\"a\",\"role\":\"user\"}],\"max_tokens\":9,"
    "\"tools\":[{\"name\":\"get_time\"}],\"model\":\"claude-haiku-5-5\"}";
const std::string kAnswer =
    "{ \"type\":\"message\",\"content\" :[ ],\"stop_reason\":\"end_turn\",\"usage\":{} }";

// An upstream that gives one answer to everything, and the gateway before it.
class Native : public ::testing::Test {
 protected:
  void run(std::string answer, Sets more = {}) {
    upstream_ = std::make_unique<FakeAnthropic>([this, answer](const FakeAnthropic::Call& call) {
      const std::lock_guard lock(mutex_);
      head_ = call.head;
      body_ = call.body;
      call.write(answer);
    });
    Sets sets{{"transport.use", "anthropic"},
              {"transport.config.base_url", upstream_->url()},
              {"transport.config.api_key", "key-of-the-gateway"},
              {"retries", "0"}};
    sets.insert(sets.end(), more.begin(), more.end());
    gateway_ = std::make_unique<RunningGateway>(std::move(sets));
    ASSERT_EQ(gateway_->error(), "");
  }
  Answer ask(const std::string& request) {
    RawClient client(gateway_->port());
    const auto answer = client.ask(request);
    EXPECT_TRUE(answer) << request;
    return answer.value_or(Answer{});
  }
  // Of the last request that reached the upstream.
  std::string head() {
    const std::lock_guard lock(mutex_);
    return head_;
  }
  std::string body() {
    const std::lock_guard lock(mutex_);
    return body_;
  }

 private:
  std::mutex mutex_;
  std::string head_, body_;
  std::unique_ptr<RunningGateway> gateway_;
  std::unique_ptr<FakeAnthropic> upstream_;
};

TEST_F(Native, HandsBytesOnInBothDirections) {
  run(FakeAnthropic::response(200, kAnswer, "anthropic-ratelimit-requests-limit: 50\r\n"));
  const Answer answer = ask(post("/v1/messages", kBody));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, kAnswer);
  EXPECT_EQ(answer.header("content-type"), "application/json");
  EXPECT_EQ(answer.header("request-id"), "req_1");
  EXPECT_EQ(answer.header("x-request-id"), "req_1");
  EXPECT_EQ(answer.header("anthropic-ratelimit-requests-limit"), "50");
  EXPECT_EQ(answer.header("x-ratelimit-limit-requests"), "");
  EXPECT_EQ(body(), kBody);
  EXPECT_TRUE(head().starts_with("POST /v1/messages HTTP/1.1\r\n")) << head();
  EXPECT_THAT(head(), HasSubstr("anthropic-version: 2026-10-21\r\n"));
}

TEST_F(Native, HandsVersionBetasAndQueryOnButNoKey) {
  run(FakeAnthropic::response(200, kAnswer));
  EXPECT_EQ(
      ask(post("/v1/messages?beta=true", kBody,
               "Anthropic-Version: 2023-06-01\r\nAnthropic-Beta: one\r\nAnthropic-Beta: two\r\n"
               "Authorization: Bearer client-key-1\r\nX-Api-Key: client-key-2\r\n"))
          .status,
      200);
  EXPECT_TRUE(head().starts_with("POST /v1/messages?beta=true HTTP/1.1\r\n")) << head();
  EXPECT_THAT(head(), HasSubstr("anthropic-version: 2023-06-01\r\n"));
  EXPECT_THAT(head(), HasSubstr("anthropic-beta: one,two\r\n"));
  EXPECT_THAT(head(), HasSubstr("x-api-key: key-of-the-gateway\r\n"));
  EXPECT_THAT(head(), Not(HasSubstr("client-key")));
}

TEST_F(Native, CountsTokens) {
  run(FakeAnthropic::response(200, "{ \"input_tokens\" : 7 }"));
  const std::string counted = R"({"model":"m","messages":[{"role":"user","content":"a"}]})";
  const Answer answer = ask(post("/v1/messages/count_tokens?beta=true", counted));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "{ \"input_tokens\" : 7 }");
  EXPECT_EQ(body(), counted);
  EXPECT_TRUE(head().starts_with("POST /v1/messages/count_tokens?beta=true HTTP/1.1\r\n"));
}

TEST_F(Native, HandsAStreamOn) {
  const std::string stream =
      FakeAnthropic::stream_start() + "event: ping\ndata: {\"type\": \"ping\"}\n\n" +
      FakeAnthropic::stream_text("one") + "event: novel\ndata: {\"type\":\"novel\", \"a\":1}\n\n" +
      FakeAnthropic::stream_end();
  run(stream);
  const Answer answer = ask(post("/v1/messages", kStreamed));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "text/event-stream; charset=utf-8");
  EXPECT_EQ(answer.header("cache-control"), "no-cache");
  EXPECT_EQ(answer.body, stream.substr(stream.find("\r\n\r\n") + 4));
}

TEST_F(Native, NamesTheEventsOfAStreamThatDoesNot) {
  std::string stream = FakeAnthropic::stream_start() + FakeAnthropic::stream_end();
  const std::string named = stream.substr(stream.find("\r\n\r\n") + 4);
  for (size_t at = 0; (at = stream.find("event: ")) != std::string::npos;)
    stream.erase(at, stream.find('\n', at) + 1 - at);
  run(stream);
  EXPECT_EQ(ask(post("/v1/messages", kStreamed)).body, named);
}

TEST_F(Native, ReplacesACallThatIsDenied) {
  const std::string call =
      "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,"
      "\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"get_time\",\"input\":{}}}"
      "\n\n"
      "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\n";
  std::string end = FakeAnthropic::stream_end();
  end.replace(end.find("end_turn"), 8, "tool_use");
  run(FakeAnthropic::stream_start() + FakeAnthropic::stream_text("one") + call + end,
      {{"approval.use", "deny-all"}});
  const Answer answer = ask(post("/v1/messages", kStreamed));
  EXPECT_THAT(answer.body, Not(HasSubstr("tool_use")));
  EXPECT_THAT(answer.body, HasSubstr("event: content_block_delta\ndata: "
                                     "{\"type\":\"content_block_delta\",\"index\":1"));
  EXPECT_THAT(answer.body, HasSubstr("'get_time' was not approved"));
  EXPECT_TRUE(answer.body.ends_with("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"));
}

TEST_F(Native, HandsAnErrorOnAsItCame) {
  const std::string body =
      "{ \"type\":\"error\",\"error\":{\"type\":\"novel_error\",\"message\":\"no\",\"details\":"
      "{\"error_code\":\"x\"}},\"request_id\":\"req_1\"}";
  run(FakeAnthropic::response(422, body, "retry-after: 3\r\nx-should-retry: false\r\n"));
  for (const std::string& request : {post("/v1/messages", kBody), post("/v1/messages", kStreamed),
                                     post("/v1/messages/count_tokens", kBody)}) {
    const Answer answer = ask(request);
    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(answer.body, body);
    EXPECT_EQ(answer.header("request-id"), "req_1");
    EXPECT_EQ(answer.header("retry-after"), "3");
    EXPECT_EQ(answer.header("x-should-retry"), "false");
  }
}

TEST_F(Native, ARefusedKeyOfTheGatewayIsToldInTheClientsDialect) {
  const std::string body =
      R"({"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}})";
  run(FakeAnthropic::response(401, body));
  const Answer native = ask(post("/v1/messages", kBody));
  EXPECT_EQ(native.status, 401);
  EXPECT_EQ(native.body, body);
  const Answer chat = ask(testing::chat_request(testing::question("a")));
  EXPECT_EQ(chat.status, 500);
  EXPECT_THAT(chat.body, HasSubstr(R"("code":"upstream_authentication_failed")"));
  EXPECT_THAT(ask(get_request("/v1/models")).body, HasSubstr("upstream_authentication_failed"));
}

TEST_F(Native, AnErrorEventInsteadOfAMessageIsAnErrorOfTheRequest) {
  const std::string error =
      R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})";
  run("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
      "event: error\ndata: " +
      error + "\n\n");
  const Answer answer = ask(post("/v1/messages", kStreamed));
  EXPECT_EQ(answer.status, 529);
  EXPECT_EQ(answer.body, error);
  EXPECT_EQ(answer.header("content-type"), "application/json");
}

TEST_F(Native, AnErrorEventInAStreamIsHandedOn) {
  const std::string error =
      "event: error\ndata: {\"type\":\"error\", \"error\":{\"type\":\"overloaded_error\"}}\n\n";
  run(FakeAnthropic::stream_start() + FakeAnthropic::stream_text("one") + error);
  const Answer answer = ask(post("/v1/messages", kStreamed));
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body.ends_with(error)) << answer.body;
}

TEST_F(Native, AStreamThatIsCutEndsWithAnErrorEvent) {
  run(FakeAnthropic::stream_start() + FakeAnthropic::stream_text("one"));
  const Answer answer = ask(post("/v1/messages", kStreamed));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("event: error\ndata: {\"type\":\"error\",\"error\":"
                                     "{\"type\":\"api_error\",\"message\":\"the upstream closed"));
  EXPECT_THAT(answer.body, Not(HasSubstr("message_stop")));
}

TEST_F(Native, NobodyBehindTheGatewayIsAnErrorInAnthropicsForm) {
  run("", {{"transport.config.base_url", "http://127.0.0.1:1"}});
  const Answer answer = ask(post("/v1/messages", kBody));
  EXPECT_EQ(answer.status, 502);
  EXPECT_TRUE(answer.body.starts_with(R"({"type":"error","error":{"type":"api_error",)"))
      << answer.body;
  EXPECT_THAT(answer.body, HasSubstr(R"("request_id":")" + answer.header("request-id") + "\""));
}

TEST_F(Native, AChatAnswerHasTheLimitsInOpenAIsForm) {
  run(FakeAnthropic::response(200, FakeAnthropic::message("hi"),
                              "anthropic-ratelimit-requests-limit: 50\r\n"
                              "anthropic-ratelimit-tokens-reset: 2000-01-01T00:00:00Z\r\n"));
  const Answer answer = ask(testing::chat_request(testing::question("a")));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("x-ratelimit-limit-requests"), "50");
  EXPECT_EQ(answer.header("x-ratelimit-reset-tokens"), "0ms");
  EXPECT_EQ(answer.header("anthropic-ratelimit-requests-limit"), "50");
  EXPECT_EQ(answer.header("request-id"), "req_1");
}

TEST_F(Native, TheCacheIsForTheKeyThatFilledIt) {
  run(FakeAnthropic::response(200, kAnswer), {{"cache.mode", "on"}, {"cache.use", "memory"}});
  const auto state = [&](const std::string& key) {
    const Answer answer = ask(post("/v1/messages", kBody, key));
    EXPECT_EQ(answer.body, kAnswer);
    return answer.header("x-claif-cache");
  };
  EXPECT_EQ(state("Authorization: Bearer one\r\n"), "MISS");
  EXPECT_EQ(state("X-Api-Key: one\r\n"), "HIT");
  EXPECT_EQ(state("X-Api-Key: two\r\n"), "MISS");
  EXPECT_EQ(state(""), "MISS");
}

// Each is an error of the application, in Anthropic's form, after which the connection goes on.
TEST(NativeRoutes, ErrorsAreInAnthropicsForm) {
  RunningGateway gateway(Sets{{"gateway.auth_token", "open-sesame-1234"}});
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  const std::string key = "X-Api-Key: open-sesame-1234\r\n", version = "Anthropic-Version: 1\r\n";
  struct Wrong {
    std::string request;
    int status;
    std::string type, message;
  };
  const Wrong wrongs[] = {
      {post("/v1/messages", kBody), 401, "authentication_error", "x-api-key"},
      {post("/v1/messages", kBody, "X-Api-Key: wrong\r\n"), 401, "authentication_error", ""},
      {get_request("/v1/messages", key), 405, "invalid_request_error", "takes POST"},
      {get_request("/v1/messages/batches", key), 404, "not_found_error", "nothing at"},
      {get_request("/nothing", version), 404, "not_found_error", "nothing at"},
      {"POST /v1/messages HTTP/1.1\r\nHost: localhost\r\n" + key + "Content-Length: 2\r\n\r\n{}",
       415, "invalid_request_error", "application/json"},
      {post("/v1/messages", "{]", key), 400, "invalid_request_error", "not JSON"},
      {post("/v1/messages", R"({"model":"m"})", key), 400, "invalid_request_error", "messages"},
      {post("/v1/messages", kBody, key + "X-Claif-Session: a/b\r\n"), 400, "invalid_request_error",
       "x-claif-session"},
      {post("/v1/messages", kBody, "Origin: https://example.org\r\n"), 403, "permission_error", ""},
      {get_request("/v1/models?limit=0", key + version), 400, "invalid_request_error", "limit"},
      {get_request("/v1/models/claude-gone", key + version), 404, "not_found_error",
       "model: claude-gone"}};
  for (const Wrong& wrong : wrongs) {
    const auto answer = client.ask(wrong.request);
    ASSERT_TRUE(answer) << wrong.request;
    EXPECT_EQ(answer->status, wrong.status) << wrong.request;
    EXPECT_TRUE(
        answer->body.starts_with(R"({"type":"error","error":{"type":")" + wrong.type + "\""))
        << answer->body;
    EXPECT_THAT(answer->body, HasSubstr(wrong.message));
    EXPECT_TRUE(answer->header("request-id").starts_with("claif-")) << answer->head;
    EXPECT_THAT(answer->body, HasSubstr(answer->header("request-id")));
  }
}

TEST(NativeRoutes, RefusalsOfTheFramingAreInAnthropicsForm) {
  RunningGateway gateway(Sets{{"gateway.max_body", "1024"}});
  ASSERT_EQ(gateway.error(), "");
  const std::string long_text(0x500, 'x');
  const std::string chunked =
      "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n500\r\n" +
      long_text + "\r\n0\r\n\r\n";
  const std::pair<std::string, int> wrongs[] = {
      {post("/v1/messages", long_text), 413},
      {chunked, 413},
      {"POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nx: " + std::string(20'000, 'x'), 431}};
  for (const auto& [request, status] : wrongs) {
    RawClient client(gateway.port());
    const auto answer = client.ask(request);
    ASSERT_TRUE(answer) << status;
    EXPECT_EQ(answer->status, status);
    EXPECT_TRUE(answer->body.starts_with(R"({"type":"error","error":{"type":")")) << answer->body;
    EXPECT_NE(answer->header("request-id"), "");
  }
}

TEST(NativeRoutes, WarmUpsNeedNoKey) {
  RunningGateway gateway(Sets{{"gateway.auth_token", "open-sesame-1234"}});
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  for (const char* path : {"/", "/api/hello"})
    for (const std::string method : {"HEAD ", "GET "}) {
      const auto answer = client.ask(method + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->status, 200) << method << path;
    }
}

TEST(NativeRoutes, RunOfflineToo) {
  RunningGateway gateway;
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  const auto whole = client.ask(post("/v1/messages", kBody));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->status, 200);
  EXPECT_THAT(whole->body, HasSubstr("You said"));
  const auto streamed = client.ask(post("/v1/messages", kStreamed));
  ASSERT_TRUE(streamed);
  EXPECT_TRUE(streamed->body.starts_with("event: message_start\ndata: {")) << streamed->body;
  const auto count = client.ask(post("/v1/messages/count_tokens", kBody));
  ASSERT_TRUE(count);
  EXPECT_TRUE(count->body.starts_with(R"({"input_tokens":)")) << count->body;
}

}  // namespace
}  // namespace claif::gateway

#include <claif/testing/fake_host.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using claif::testing::Emit;
using claif::testing::FakeHost;
using claif::testing::FakeOp;
using claif::testing::HttpReply;
using claif::testing::PluginUnderTest;

constexpr const char* kConfig = R"({"api_key":"sk-test"})";
constexpr const char* kStop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

struct Sent {
  bool streams = false;
  std::string body = R"({"model":"sonnet"})", version = {}, beta = {}, traceparent = {};
  bool counts = false;
  std::string query = {};
};

class AnthropicTransport : public ::testing::Test {
 protected:
  void create(const char* config = kConfig) {
    plugin_ = std::make_unique<PluginUnderTest>(host, config);
    ASSERT_EQ(plugin_->error(), "");
    table_ = plugin_->iface<claif_transport_v1>();
  }
  static claif_request raw(const Sent& sent) {
    claif_request request{};
    request.size = sizeof request;
    request.flags = sent.streams ? uint32_t{CLAIF_REQUEST_STREAM} : 0u;
    if (sent.counts) request.flags |= uint32_t{CLAIF_REQUEST_COUNT_TOKENS};
    request.query = claif::sdk::str(sent.query);
    request.model = claif::sdk::str("sonnet");
    request.body_json = claif::sdk::str(sent.body);
    request.anthropic_version = claif::sdk::str(sent.version);
    request.anthropic_beta = claif::sdk::str(sent.beta);
    request.traceparent = claif::sdk::str(sent.traceparent);
    return request;
  }
  void start(FakeOp& op, const Sent& sent = {}) {
    const claif_request request = raw(sent);
    table_->start(plugin_->self(), &request, op.raw());
  }
  void run(FakeOp& op, HttpReply reply, const Sent& sent = {}) {
    if (!plugin_) create();
    host.http.reply(std::move(reply));
    start(op, sent);
    host.http.run();
    EXPECT_EQ(op.finish_count(), 1u);
  }
  void stream(FakeOp& op, std::vector<std::string> pieces, claif_status done = CLAIF_OK) {
    run(op,
        {200,
         {{"content-type", "text/event-stream; charset=utf-8"}},
         std::move(pieces),
         done,
         "cut",
         CLAIF_OK},
        {.streams = true});
  }
  void resume(const FakeOp& op) { table_->resume(plugin_->self(), op.id()); }
  void cancel(const FakeOp& op) { table_->cancel(plugin_->self(), op.id()); }
  std::string preview(const Sent& sent = {}) {
    FakeOp op;
    const claif_request request = raw(sent);
    table_->preview(plugin_->self(), &request, op.raw());
    EXPECT_EQ(op.status(), CLAIF_OK);
    EXPECT_EQ(op.finish_count(), 1u);
    EXPECT_EQ(op.items(CLAIF_EMIT_ITEM).size(), 1u);
    return op.items(CLAIF_EMIT_ITEM).at(0);
  }
  void models(FakeOp& op) { table_->models(plugin_->self(), op.raw()); }

  FakeHost host;

 private:
  std::unique_ptr<PluginUnderTest> plugin_;
  const claif_transport_v1* table_ = nullptr;
};

TEST_F(AnthropicTransport, PostsTheFrozenBodyWithTheRightHeaders) {
  FakeOp op;
  run(op, {},
      {.streams = true,
       .body = "{\"a\":1}",
       .version = "2023-06-01",
       .beta = "x-1,y-2",
       .traceparent = "00-a-b-01"});
  const auto& seen = host.http.requests().at(0);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.url, "https://api.anthropic.com/v1/messages");
  EXPECT_EQ(seen.body, "{\"a\":1}");
  EXPECT_EQ(seen.header("content-type"), "application/json");
  EXPECT_EQ(seen.header("accept"), "text/event-stream");
  EXPECT_EQ(seen.header("x-api-key"), "sk-test");
  EXPECT_FALSE(seen.has("authorization"));
  EXPECT_EQ(seen.header("anthropic-version"), "2023-06-01");
  EXPECT_EQ(seen.header("anthropic-beta"), "x-1,y-2");
  EXPECT_EQ(seen.header("traceparent"), "00-a-b-01");
  EXPECT_EQ(seen.header("user-agent"), "claif/0.1.0");
}

TEST_F(AnthropicTransport, LeavesOutWhatIsEmptyAndDefaultsTheVersion) {
  FakeOp op;
  run(op, {});
  const auto& seen = host.http.requests().at(0);
  EXPECT_FALSE(seen.has("anthropic-beta"));
  EXPECT_FALSE(seen.has("traceparent"));
  EXPECT_EQ(seen.header("anthropic-version"), "2026-10-21");
  EXPECT_EQ(seen.header("accept"), "application/json");
}

TEST_F(AnthropicTransport, APlainAnswerMayTakeItsWholeTimeToBegin) {
  FakeOp plain, streamed;
  run(plain, {});
  run(streamed, {}, {.streams = true});
  EXPECT_EQ(host.http.requests().at(0).first_byte_timeout_ms, 900'000u);
  EXPECT_EQ(host.http.requests().at(1).first_byte_timeout_ms, 0u);
}

TEST_F(AnthropicTransport, CountsTokens) {
  FakeOp op;
  run(op, {200, {{"content-type", "application/json"}}, {R"({"input_tokens":7})"}},
      {.counts = true});
  EXPECT_EQ(host.http.requests().at(0).url, "https://api.anthropic.com/v1/messages/count_tokens");
  EXPECT_EQ(op.items(CLAIF_EMIT_MESSAGE), std::vector<std::string>{R"({"input_tokens":7})"});
}

TEST_F(AnthropicTransport, HandsTheQueryOn) {
  FakeOp op;
  run(op, {}, {.query = "beta=true"});
  EXPECT_EQ(host.http.requests().at(0).url, "https://api.anthropic.com/v1/messages?beta=true");
}

TEST_F(AnthropicTransport, UsesItsConfiguration) {
  create(
      R"({"base_url":"https://example.test/api/v1/","auth_token":"tok\n","headers":{"X-Team":"a"},
             "connect_timeout":"1s","first_byte_timeout":2000,"idle_timeout":"3s","total_timeout":"1m"})");
  FakeOp op;
  run(op, {});
  const auto& seen = host.http.requests().at(0);
  EXPECT_EQ(seen.url, "https://example.test/api/v1/messages");
  EXPECT_EQ(seen.header("authorization"), "Bearer tok");
  EXPECT_FALSE(seen.has("x-api-key"));
  EXPECT_EQ(seen.header("x-team"), "a");
  EXPECT_EQ(seen.connect_timeout_ms, 1000u);
  EXPECT_EQ(seen.first_byte_timeout_ms, 2000u);
  EXPECT_EQ(seen.idle_timeout_ms, 3000u);
  EXPECT_EQ(seen.total_timeout_ms, 60000u);
}

TEST_F(AnthropicTransport, PreviewsWhatItWouldSendWithoutTheKeyAndWithoutSending) {
  const Sent sent{.streams = true, .version = "2023-06-01", .beta = "x-1"};
  create(R"({"api_key":"sk-test","headers":{"X-Team":"a"}})");
  const std::string told = preview(sent);
  EXPECT_TRUE(host.http.requests().empty());
  EXPECT_EQ(told, R"({"method":"POST","url":"https://api.anthropic.com/v1/messages","headers":[)"
                  R"(["user-agent","claif/0.1.0"],["x-api-key","[redacted]"],["x-team","a"],)"
                  R"(["content-type","application/json"],["accept","text/event-stream"],)"
                  R"(["anthropic-version","2023-06-01"],["anthropic-beta","x-1"]]})");
  FakeOp op;
  run(op, {}, sent);
  const auto& seen = host.http.requests().at(0);
  for (const auto& [name, value] : seen.headers)
    EXPECT_NE(told.find("[\"" + name + "\",\""), std::string::npos) << name;
}

TEST_F(AnthropicTransport, PreviewsWithATokenAndWithoutAKey) {
  create(R"({"auth_token":"tok"})");
  EXPECT_NE(preview().find(R"(["authorization","Bearer [redacted]"])"), std::string::npos);
  create("{}");
  EXPECT_EQ(preview().find("redacted"), std::string::npos);
}

TEST_F(AnthropicTransport, WithoutAKeySaysWhatToDo) {
  create(R"({"api_key":""})");
  FakeOp op, list;
  start(op);
  models(list);
  for (const FakeOp* failed : {&op, &list}) {
    EXPECT_EQ(failed->status(), CLAIF_E_AUTH);
    for (const char* hint : {"ANTHROPIC_API_KEY", "transport.config.api_key", "mock"})
      EXPECT_NE(failed->error_text().find(hint), std::string::npos) << hint;
  }
  EXPECT_TRUE(host.http.requests().empty());
}

TEST_F(AnthropicTransport, NeedsNoKeyOnLoopback) {
  for (const char* url : {"http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:9/x"}) {
    create((R"({"base_url":")" + std::string(url) + "\"}").c_str());
    FakeOp op;
    run(op, {});
    EXPECT_EQ(op.status(), CLAIF_OK) << url;
  }
  create(R"({"base_url":"http://127.evil.test"})");
  FakeOp op;
  start(op);
  EXPECT_EQ(op.status(), CLAIF_E_AUTH);
}

TEST_F(AnthropicTransport, PassesOnTheHeadersThatMatter) {
  FakeOp op;
  run(op, {200,
           {{"request-id", "req_1"},
            {"server", "x"},
            {"retry-after", "3"},
            {"x-should-retry", "false"},
            {"anthropic-ratelimit-tokens-limit", "9"},
            {"content-type", "application/json"},
            {"set-cookie", "s"}},
           {"{}"}});
  EXPECT_EQ(op.items(CLAIF_EMIT_HEAD).at(0),
            "200\nrequest-id: req_1\nretry-after: 3\nx-should-retry: false\n"
            "anthropic-ratelimit-tokens-limit: 9\ncontent-type: application/json\n");
}

TEST_F(AnthropicTransport, EmitsEventsHoweverTheyAreCut) {
  FakeOp op;
  stream(op, {"event: message_start\nda",
              "ta: {\"type\":\"message_start\"}\n\nevent: ping\ndata: {\"type\":\"ping\"}\n",
              "\n" + std::string(kStop)});
  EXPECT_EQ(op.status(), CLAIF_OK);
  EXPECT_EQ(op.items(CLAIF_EMIT_EVENT),
            (std::vector<std::string>{"{\"type\":\"message_start\"}", "{\"type\":\"ping\"}",
                                      "{\"type\":\"message_stop\"}"}));
}

TEST_F(AnthropicTransport, KnowsTheEndByTheDataToo) {
  FakeOp op;
  stream(op, {"data: {\"type\":\"message_stop\"}"});
  EXPECT_EQ(op.status(), CLAIF_OK);
}

TEST_F(AnthropicTransport, AStreamWithoutItsEndIsCutOff) {
  FakeOp op;
  stream(op, {"event: ping\ndata: {}\n\n"});
  EXPECT_EQ(op.status(), CLAIF_E_INTERNAL);
  EXPECT_EQ(op.error_text(), "the stream ended before message_stop");
}

TEST_F(AnthropicTransport, ALostConnectionFailsTheStreamUnlessItWasComplete) {
  FakeOp cut, complete;
  stream(cut, {"event: ping\ndata: {}\n\ndata: half"}, CLAIF_E_TIMEOUT);
  EXPECT_EQ(cut.status(), CLAIF_E_TIMEOUT);
  EXPECT_EQ(cut.error_text(), "cut");
  EXPECT_EQ(cut.items(CLAIF_EMIT_EVENT).size(), 1u);
  stream(complete, {kStop}, CLAIF_E_INTERNAL);
  EXPECT_EQ(complete.status(), CLAIF_OK);
}

TEST_F(AnthropicTransport, AnErrorEventEndsTheStream) {
  FakeOp op;
  stream(op, {"event: error\ndata: {\"type\":\"error\"}\n\n"});
  EXPECT_EQ(op.items(CLAIF_EMIT_EVENT).size(), 1u);
  EXPECT_EQ(op.status(), CLAIF_E_UNAVAILABLE);
}

TEST_F(AnthropicTransport, RefusesAHugeEvent) {
  FakeOp op;
  stream(op, {"data: ", std::string(size_t{17} << 20, 'x'), "\n\n"});
  EXPECT_EQ(op.status(), CLAIF_E_INTERNAL);
  EXPECT_EQ(host.http.cancelled().size(), 1u);
  EXPECT_TRUE(op.items(CLAIF_EMIT_EVENT).empty());
}

TEST_F(AnthropicTransport, PausesTheUpstreamUntilResume) {
  create();
  host.http.reply(
      {200, {{"content-type", "text/event-stream"}}, {"data: 1\n\ndata: 2\n\n", kStop}});
  FakeOp op;
  op.on_emit([](size_t n) { return n == 1 ? CLAIF_AGAIN : CLAIF_OK; });
  start(op, {.streams = true});
  host.http.run();
  EXPECT_EQ(op.items(CLAIF_EMIT_EVENT).size(), 2u);
  EXPECT_FALSE(op.finished());
  resume(op);
  host.http.run();
  EXPECT_EQ(op.status(), CLAIF_OK);
}

TEST_F(AnthropicTransport, CancelReachesTheUpstreamAndFinishesOnce) {
  create();
  host.http.reply({});
  FakeOp op;
  start(op);
  cancel(op);
  EXPECT_FALSE(op.finished());
  host.http.run();
  EXPECT_EQ(op.status(), CLAIF_E_CANCELLED);
  EXPECT_EQ(op.finish_count(), 1u);
  cancel(op);
  resume(op);
  EXPECT_EQ(host.http.cancelled().size(), 1u);
}

TEST_F(AnthropicTransport, CancelsTheUpstreamWhenNobodyListens) {
  FakeOp op;
  op.on_emit([](size_t n) { return n == 1 ? CLAIF_E_CANCELLED : CLAIF_OK; });
  stream(op, {"data: 1\n\n", "data: 2\n\n", kStop});
  EXPECT_EQ(host.http.cancelled().size(), 1u);
  EXPECT_EQ(op.status(), CLAIF_E_CANCELLED);
}

TEST_F(AnthropicTransport, EmitsAMessageFromOneOrManyPieces) {
  const std::vector<Emit> expected{{CLAIF_EMIT_HEAD, "200\ncontent-type: application/json\n"},
                                   {CLAIF_EMIT_MESSAGE, "{\"id\":1}"}};
  for (const HttpReply& reply :
       {HttpReply{
            200, {{"content-type", "application/json"}, {"content-length", "8"}}, {"{\"id\":1}"}},
        HttpReply{200,
                  {{"content-type", "application/json"}, {"content-length", "8"}},
                  {"{\"id", "\":1}"}},
        HttpReply{200, {{"content-type", "application/json"}}, {"{\"id", "\":1}"}}}) {
    FakeOp op;
    run(op, reply);
    EXPECT_EQ(op.emits(), expected);
    EXPECT_EQ(op.status(), CLAIF_OK);
  }
}

TEST_F(AnthropicTransport, AJsonAnswerToAStreamingRequestIsAMessage) {
  FakeOp op;
  run(op, {200, {{"content-type", "application/json"}}, {"{}"}}, {.streams = true});
  EXPECT_EQ(op.items(CLAIF_EMIT_MESSAGE), std::vector<std::string>{"{}"});
}

TEST_F(AnthropicTransport, RefusesAnswersThatAreNoMessages) {
  FakeOp html, redirect;
  run(html, {200, {{"content-type", "text/html"}}, {"<html>"}}, {.streams = true});
  EXPECT_EQ(html.status(), CLAIF_E_INTERNAL);
  EXPECT_NE(html.error_text().find("text/html"), std::string::npos);
  run(redirect, {302, {}, {"moved"}});
  EXPECT_EQ(redirect.status(), CLAIF_E_UNAVAILABLE);
  EXPECT_NE(redirect.error_text().find("302"), std::string::npos);
  EXPECT_TRUE(redirect.items(CLAIF_EMIT_MESSAGE).empty());
}

TEST_F(AnthropicTransport, PassesOnErrorBodiesAndMapsTheStatus) {
  const std::vector<std::pair<uint32_t, claif_status>> cases{
      {400, CLAIF_E_ARG},         {401, CLAIF_E_AUTH},       {403, CLAIF_E_AUTH},
      {404, CLAIF_E_NOT_FOUND},   {413, CLAIF_E_ARG},        {429, CLAIF_E_RATE},
      {500, CLAIF_E_UNAVAILABLE}, {529, CLAIF_E_UNAVAILABLE}};
  const std::string body = R"({"type":"error","error":{"type":"x","message":"because"}})";
  for (const auto& [status, code] : cases) {
    FakeOp op;
    run(op, {status, {{"retry-after", "1.5"}}, {body.substr(0, 9), body.substr(9)}},
        {.streams = true});
    EXPECT_EQ(op.items(CLAIF_EMIT_ERROR_BODY), std::vector<std::string>{body});
    EXPECT_EQ(op.status(), code) << status;
    EXPECT_EQ(op.error_text(), "because");
    EXPECT_EQ(op.retry_after_ms(), 1500u);
  }
}

TEST_F(AnthropicTransport, AnErrorWithoutAReadableBodyNamesTheStatus) {
  FakeOp op;
  run(op, {503, {{"retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"}}, {"<html>"}});
  EXPECT_EQ(op.error_text(), "upstream answered 503");
  EXPECT_EQ(op.retry_after_ms(), 0u);
}

TEST_F(AnthropicTransport, RetryAfterMsWins) {
  FakeOp op;
  run(op, {429, {{"retry-after", "9"}, {"retry-after-ms", "250"}}, {"{}"}});
  EXPECT_EQ(op.retry_after_ms(), 250u);
}

TEST_F(AnthropicTransport, TellsWhyNothingWasSent) {
  create();
  FakeOp op;
  host.http.reply({.error = "too many connections", .start = CLAIF_E_UNAVAILABLE});
  start(op);
  EXPECT_EQ(op.status(), CLAIF_E_UNAVAILABLE);
  EXPECT_EQ(op.error_text(), "too many connections");
}

TEST_F(AnthropicTransport, AConnectionThatFailsFailsTheRequest) {
  FakeOp op;
  run(op, {.status = 0, .done = CLAIF_E_UNAVAILABLE, .error = "could not connect"});
  EXPECT_EQ(op.status(), CLAIF_E_UNAVAILABLE);
  EXPECT_EQ(op.error_text(), "could not connect");
  EXPECT_TRUE(op.emits().empty());
}

TEST_F(AnthropicTransport, KeepsManyRequestsApart) {
  create();
  std::vector<std::unique_ptr<FakeOp>> ops;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 1500; ++i) {
      host.http.reply({200, {{"content-type", "application/json"}}, {std::to_string(i)}});
      ops.push_back(std::make_unique<FakeOp>());
      start(*ops.back());
    }
    for (int i = 0; i < 1500; i += 3)
      cancel(*ops[static_cast<size_t>(i)]);
    host.http.run();
    for (int i = 0; i < 1500; ++i) {
      const FakeOp& op = *ops[static_cast<size_t>(i)];
      EXPECT_EQ(op.status(), i % 3 == 0 ? CLAIF_E_CANCELLED : CLAIF_OK);
      if (i % 3 == 0) continue;
      EXPECT_EQ(op.items(CLAIF_EMIT_MESSAGE).at(0), std::to_string(i));
    }
    ops.clear();
  }
}

TEST_F(AnthropicTransport, ListsModelsPageByPage) {
  create();
  host.http.reply({200, {}, {R"({"data":[{"id":"a"},{"id":"b b"}],"has_mo)", R"(re":true})"}});
  host.http.reply({200, {}, {R"({"data":[{"id":"c","n":1}],"has_more":false})"}});
  FakeOp op;
  models(op);
  host.http.run();
  EXPECT_EQ(op.items(CLAIF_EMIT_ITEM),
            (std::vector<std::string>{R"({"id":"a"})", R"({"id":"b b"})", R"({"id":"c","n":1})"}));
  EXPECT_EQ(op.status(), CLAIF_OK);
  EXPECT_EQ(host.http.requests().at(0).method, "GET");
  EXPECT_EQ(host.http.requests().at(0).url, "https://api.anthropic.com/v1/models?limit=1000");
  EXPECT_EQ(host.http.requests().at(0).header("x-api-key"), "sk-test");
  EXPECT_EQ(host.http.requests().at(1).url,
            "https://api.anthropic.com/v1/models?limit=1000&after_id=b%20b");
}

TEST_F(AnthropicTransport, StopsAfterTenPagesOfModels) {
  create();
  for (int i = 0; i < 20; ++i)
    host.http.reply({200, {}, {R"({"data":[{"id":"a"}],"has_more":true})"}});
  FakeOp op;
  models(op);
  host.http.run();
  EXPECT_EQ(op.items(CLAIF_EMIT_ITEM).size(), 10u);
  EXPECT_EQ(op.status(), CLAIF_OK);
}

TEST_F(AnthropicTransport, ModelsFailAsTheUpstreamDoes) {
  create();
  FakeOp none, denied, garbled, lost;
  host.http.reply({404, {}, {}});
  host.http.reply({401, {}, {R"({"error":{"message":"bad key"}})"}});
  host.http.reply({200, {}, {"[]"}});
  host.http.reply({.status = 0, .done = CLAIF_E_TIMEOUT, .error = "late"});
  for (FakeOp* op : {&none, &denied, &garbled, &lost})
    models(*op);
  host.http.run();
  EXPECT_EQ(none.status(), CLAIF_E_UNSUPPORTED);
  EXPECT_EQ(denied.status(), CLAIF_E_AUTH);
  EXPECT_EQ(denied.error_text(), "bad key");
  EXPECT_EQ(garbled.status(), CLAIF_E_INTERNAL);
  EXPECT_EQ(lost.status(), CLAIF_E_TIMEOUT);
}

TEST(AnthropicTransportConfig, RefusesWhatItCannotUse) {
  FakeHost host;
  for (const char* config :
       {R"({"base_url":"ftp://x"})", R"({"base_url":"https://u:p@x"})",
        R"({"base_url":"https://x?q"})", R"({"api_key":"a\nb"})", R"({"headers":{"a b":"c"}})",
        R"({"headers":{"a":"b\r\nc: d"}})", R"({"idle_timeout":"soon"})", R"({"key":"x"})"})
    EXPECT_NE(PluginUnderTest(host, config).error(), "") << config;
}

TEST(AnthropicTransportConfig, NeedsTheHttpService) {
  FakeHost host;
  host.remove(CLAIF_HTTP_ID);
  PluginUnderTest plugin(host, kConfig);
  EXPECT_EQ(plugin.status(), CLAIF_E_UNSUPPORTED);
  EXPECT_STREQ(plugin.descriptor().needs[0], CLAIF_HTTP_ID);
}

}  // namespace

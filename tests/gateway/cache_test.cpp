// The response cache as a client sees it.
#include "client/fake_anthropic.hpp"
#include "gateway/running_gateway.hpp"

#include <deque>
#include <future>

namespace claif::gateway {
namespace {

using testing::Answer;
using testing::chat_request;
using testing::FakeAnthropic;
using testing::question;
using testing::RawClient;
using testing::RunningGateway;
using testing::Sets;

Sets cached(const FakeAnthropic& upstream, Sets more = {}) {
  Sets out{{"transport.use", "anthropic"},
           {"transport.config.base_url", upstream.url()},
           {"transport.config.api_key", "test-key-123"},
           {"cache.mode", "on"}};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

void answer(const FakeAnthropic::Call& call) {
  call.write(call.wants_stream()
                 ? FakeAnthropic::stream_start() + FakeAnthropic::stream_text("shared") +
                       FakeAnthropic::stream_end()
                 : FakeAnthropic::response(200, FakeAnthropic::message("shared")));
}

TEST(GatewayCache, SaysWhereAnAnswerCameFromAndHowOldItIs) {
  FakeAnthropic upstream(answer);
  RunningGateway gateway(cached(upstream));
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  const auto first = client.ask(chat_request(question("a")));
  const auto second = client.ask(chat_request(question("a")));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->header("x-claif-cache"), "MISS");
  EXPECT_EQ(first->header("age"), "");
  EXPECT_EQ(second->header("x-claif-cache"), "HIT");
  EXPECT_EQ(second->header("age"), "0");
  EXPECT_NE(first->body, second->body) << "each answer has an id of its own";
  EXPECT_EQ(upstream.calls(), 1);
}

TEST(GatewayCache, TakesWishesAndRefusesOthers) {
  FakeAnthropic upstream(answer);
  RunningGateway gateway(cached(upstream));
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  const auto status = [&](const std::string& header) {
    const auto answer = client.ask(chat_request(question("a"), header + "\r\n"));
    return answer ? std::to_string(answer->status) + " " + answer->header("x-claif-cache") : "";
  };
  EXPECT_EQ(status("x-claif-cache: off"), "200 BYPASS");
  EXPECT_EQ(status("x-claif-cache: on"), "200 MISS");
  EXPECT_EQ(status("x-claif-cache-ttl: 60"), "200 HIT");
  EXPECT_EQ(status("x-claif-cache-scope: tenant"), "200 HIT");
  EXPECT_EQ(status("x-claif-cache-scope: session"), "200 MISS");
  EXPECT_EQ(status("x-claif-cache-scope: shared"), "200 BYPASS");
  for (const char* wrong : {"x-claif-cache: yes", "x-claif-cache-ttl: 0", "x-claif-cache-ttl: 1h",
                            "x-claif-cache-ttl: 2592001", "x-claif-cache-scope: world"})
    EXPECT_EQ(status(wrong), "400 ") << wrong;
}

// On two loops, streamed and not.
TEST(GatewayCache, EqualRequestsOfManyConnectionsAreOneCall) {
  constexpr int kClients = 200;
  std::promise<void> all_sent;
  const std::shared_future<void> go = all_sent.get_future().share();
  FakeAnthropic upstream([&](const FakeAnthropic::Call& call) {
    if (call.head.starts_with("POST ")) go.wait();
    answer(call);
  });
  RunningGateway gateway(cached(upstream, {{"gateway.threads", "2"}}));
  ASSERT_EQ(gateway.error(), "");
  std::deque<RawClient> clients;
  for (int i = 0; i < kClients; ++i) {
    RawClient& client = clients.emplace_back(gateway.port());
    ASSERT_TRUE(client.send(chat_request(question("a", i % 2 == 0 ? R"(,"stream":true)" : ""))));
  }
  all_sent.set_value();
  for (RawClient& client : clients) {
    const auto answer = client.read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_NE(answer->body.find("shared"), std::string::npos);
  }
  EXPECT_EQ(upstream.calls(), 1);
}

}  // namespace
}  // namespace claif::gateway

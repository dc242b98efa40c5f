// HTTP/1 as it is spoken on a connection, and the addresses that are served.
#include "gateway/running_gateway.hpp"

#include <future>

namespace claif::gateway {
namespace {

using testing::chat_request;
using testing::get_request;
using testing::question;
using testing::RawClient;
using testing::RunningGateway;
using testing::Sets;

class Server : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(gateway.error(), ""); }
  RunningGateway gateway;
  RawClient client{gateway.port()};
};

TEST_F(Server, KeepsTheConnection) {
  for (int i = 0; i < 100; ++i) {
    const auto answer = client.ask(get_request("/healthz"));
    ASSERT_TRUE(answer) << i;
    EXPECT_EQ(answer->header("connection"), "");
  }
}

TEST_F(Server, ClosesWhenAsked) {
  const auto answer = client.ask(get_request("/healthz", "Connection: close\r\n"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->header("connection"), "close");
  EXPECT_TRUE(client.read_to_end());
}

TEST_F(Server, AnswersPipelinedRequestsInOrder) {
  std::string wire;
  for (int i = 0; i < 50; ++i) {
    wire += chat_request(
        question("number " + std::to_string(i), i % 2 == 0 ? "" : R"(,"stream":true)"));
    wire += get_request("/nothing/" + std::to_string(i));
  }
  ASSERT_TRUE(client.send(wire));
  for (int i = 0; i < 50; ++i) {
    const auto chat = client.read(), missing = client.read();
    ASSERT_TRUE(chat && missing) << i;
    EXPECT_EQ(chat->status, 200) << i;
    EXPECT_NE(missing->body.find("/nothing/" + std::to_string(i) + ":"), std::string::npos) << i;
  }
}

TEST_F(Server, AFramingErrorEndsTheConnection) {
  ASSERT_TRUE(client.send(get_request("/healthz") + "GET /healthz HTTP/1.1\r\n\r\n" +
                          get_request("/healthz")));
  EXPECT_EQ(client.read()->status, 200);
  const auto refused = client.read();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 400);
  EXPECT_TRUE(client.read_to_end());
  EXPECT_EQ(client.input, "");
}

TEST_F(Server, SpeaksHttp10) {
  const auto answer = client.ask("GET /healthz HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->head.starts_with("HTTP/1.0 200 OK\r\n"));
  EXPECT_TRUE(client.read_to_end());
}

TEST_F(Server, KeepsAnHttp10ConnectionWhenAskedAndSaysSo) {
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.ask("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header("connection"), "keep-alive");
  }
}

TEST_F(Server, StreamsToHttp10UntilItCloses) {
  const std::string body = question("hello", R"(,"stream":true)");
  const auto answer = client.ask(
      "POST /v1/chat/completions HTTP/1.0\r\nContent-Type: application/json\r\nConnection: "
      "keep-alive\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->header("transfer-encoding"), "");
  EXPECT_TRUE(answer->body.starts_with("data: {")) << answer->body;
  EXPECT_TRUE(answer->body.ends_with("data: [DONE]\n\n")) << answer->body;
}

TEST_F(Server, TellsAClientThatWaitsToGoOn) {
  const std::string request = chat_request(question("hello"), "Expect: 100-continue\r\n");
  const size_t head = request.find("\r\n\r\n") + 4;
  ASSERT_TRUE(client.send(request.substr(0, head)));
  const auto interim = client.read_head();
  ASSERT_TRUE(interim);
  EXPECT_EQ(interim->status, 100);
  const auto answer = client.ask(request.substr(head));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
}

TEST_F(Server, DoesNotTellHttp10ToGoOn) {
  ASSERT_TRUE(
      client.send("POST /healthz HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"));
  EXPECT_FALSE(client.receive(std::chrono::milliseconds(100))) << client.input;
}

TEST_F(Server, TakesAChunkedBody) {
  const std::string body = question("in pieces");
  std::string wire =
      "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
      "application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char c : body)
    (wire += "1\r\n") += std::string(1, c) + "\r\n";
  const auto answer = client.ask(wire + "0\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_NE(answer->body.find("in pieces"), std::string::npos) << answer->body;
  EXPECT_EQ(client.ask(get_request("/healthz"))->status, 200);
}

TEST_F(Server, TakesRequestsByteByByte) {
  const std::string request = chat_request(question("slow")) + get_request("/healthz");
  for (const char c : request)
    ASSERT_TRUE(client.send(std::string(1, c)));
  EXPECT_EQ(client.read()->status, 200);
  EXPECT_EQ(client.read()->body, R"({"status":"ok"})");
}

TEST_F(Server, TakesALargeBody) {
  const auto answer = client.ask(chat_request(question(std::string(4 << 20, 'a'))));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
}

// The head of a request can come with the one before it, and its body in pieces after that.
TEST_F(Server, TakesABodyWhoseHeadCameWithTheRequestBefore) {
  const std::string whole = chat_request(question("echo " + std::string(300'000, 'b')));
  const size_t head = whole.find("\r\n\r\n") + 4;
  for (const size_t cut : {head - 3, head, head + 1, head + 20'000}) {
    ASSERT_TRUE(client.send(get_request("/healthz") + whole.substr(0, cut)));
    EXPECT_EQ(client.read()->status, 200) << cut;
    ASSERT_TRUE(client.send(whole.substr(cut, 150'000)));
    ASSERT_TRUE(client.send(whole.substr(cut + 150'000) + get_request("/healthz")));
    EXPECT_EQ(client.read()->status, 200) << cut;
    EXPECT_EQ(client.read()->body, R"({"status":"ok"})") << cut;
  }
}

TEST_F(Server, SurvivesClientsThatConnectAndLeave) {
  for (int i = 0; i < 300; ++i) {
    RawClient other(gateway.port());
    if (i % 3 == 1) other.send("GET /healthz HTT");
    if (i % 3 == 2) other.send(chat_request(question("bye")));
  }
  EXPECT_EQ(client.ask(get_request("/healthz"))->status, 200);
}

TEST(ServerAddress, RefusesToBeReachableWithoutProtection) {
  const struct {
    Sets sets;
    const char* names;
  } cases[] = {
      {{{"gateway.host", "0.0.0.0"}}, "gateway.auth_token"},
      {{{"gateway.host", "::"}}, "gateway.auth_token"},
      {{{"gateway.host", "0.0.0.0"}, {"gateway.insecure_http", "true"}}, "gateway.auth_token"},
      {{{"gateway.host", "0.0.0.0"}, {"gateway.auth_token", "open-sesame"}},
       "gateway.insecure_http"},
      {{{"gateway.host", "example.org"}}, "gateway.host"},
  };
  for (const auto& c : cases) {
    RunningGateway gateway(c.sets);
    EXPECT_NE(gateway.error().find(c.names), std::string::npos) << gateway.error();
  }
}

TEST(ServerAddress, ServesAnyAddressWithATokenAndConsent) {
  RunningGateway gateway(Sets{{"gateway.host", "0.0.0.0"},
                              {"gateway.auth_token", "open-sesame"},
                              {"gateway.insecure_http", "true"}});
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  EXPECT_EQ(client.ask(get_request("/v1/models", "X-Api-Key: open-sesame\r\n"))->status, 200);
}

TEST(ServerAddress, SaysThatAPortIsTaken) {
  RunningGateway first;
  ASSERT_EQ(first.error(), "");
  RunningGateway second(Sets{{"gateway.port", std::to_string(first.port())}});
  EXPECT_NE(second.error().find(std::to_string(first.port())), std::string::npos) << second.error();
  EXPECT_NE(second.error().find("--port"), std::string::npos) << second.error();
}

TEST(ServerThreads, TwoLoopsShareThePort) {
  RunningGateway gateway(Sets{{"gateway.threads", "2"}, {"observers", R"([{"use":"metrics"}])"}});
  ASSERT_EQ(gateway.error(), "");
  std::vector<std::future<int>> clients;
  for (int c = 0; c < 16; ++c)
    clients.push_back(std::async(std::launch::async, [&gateway, c] {
      RawClient client(gateway.port());
      int good = 0;
      for (int i = 0; i < 20; ++i) {
        const auto answer =
            client.ask(chat_request(question("a", (i + c) % 2 == 0 ? "" : R"(,"stream":true)")));
        good += answer && answer->status == 200 ? 1 : 0;
      }
      return good;
    }));
  int good = 0;
  for (auto& c : clients)
    good += c.get();
  EXPECT_EQ(good, 320);
  EXPECT_EQ(gateway.metric("claif_mock_calls_total"), 320);
  gateway.shut_down();
  gateway.join();
}

}  // namespace
}  // namespace claif::gateway

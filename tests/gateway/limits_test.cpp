// Sizes, times and counts: what a client may cost.
#include "gateway/running_gateway.hpp"

namespace claif::gateway {
namespace {

using testing::chat_request;
using testing::get_request;
using testing::question;
using testing::RawClient;
using testing::RunningGateway;
using testing::Sets;
using Clock = std::chrono::steady_clock;
using Ms = std::chrono::milliseconds;

Ms since(Clock::time_point start) {
  return std::chrono::duration_cast<Ms>(Clock::now() - start);
}

// The answer's status, and whether the connection ended after it.
struct Outcome {
  int status = 0;
  bool closed = false;
  bool operator==(const Outcome&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Outcome& o) {
  return out << o.status << (o.closed ? ", closed" : ", open");
}
constexpr Outcome kServed{200, false};

Outcome send_to(uint16_t port, const std::string& wire) {
  RawClient client(port);
  client.send(wire);
  const auto answer = client.read();
  if (!answer) return {};
  return {answer->status, answer->header("connection") == "close" && client.read_to_end()};
}

// A request whose head has exactly `size` bytes.
std::string head_of(size_t size) {
  std::string lines;
  const std::string line = "X: " + std::string(4000, 'a') + "\r\n";
  while (size - get_request("/healthz", lines).size() > line.size() + 8)
    lines += line;
  const size_t left = size - get_request("/healthz", lines).size();
  return get_request("/healthz", lines + "X: " + std::string(left - 5, 'b') + "\r\n");
}

TEST(Limits, OfTheHead) {
  RunningGateway gateway;
  ASSERT_EQ(gateway.error(), "");
  constexpr size_t kHead = 16 * 1024;
  ASSERT_EQ(head_of(kHead).size(), kHead);
  EXPECT_EQ(send_to(gateway.port(), head_of(kHead - 1)), kServed);
  EXPECT_EQ(send_to(gateway.port(), head_of(kHead)), kServed);
  EXPECT_EQ(send_to(gateway.port(), head_of(kHead + 1)), (Outcome{431, true}));
  // One that never ends is not collected either.
  EXPECT_EQ(send_to(gateway.port(), "GET /" + std::string(20'000, 'a')), (Outcome{431, true}));
}

TEST(Limits, OfTheRequestLineAndOfHeaders) {
  RunningGateway gateway;
  ASSERT_EQ(gateway.error(), "");
  EXPECT_EQ(send_to(gateway.port(), get_request("/healthz?" + std::string(8192 - 22, 'a'))),
            kServed);
  EXPECT_EQ(send_to(gateway.port(), get_request("/healthz?" + std::string(8192 - 21, 'a'))),
            (Outcome{414, true}));
  std::string lines;
  for (int i = 0; i < 99; ++i)
    lines += "X: a\r\n";
  EXPECT_EQ(send_to(gateway.port(), get_request("/healthz", lines)), kServed);
  EXPECT_EQ(send_to(gateway.port(), get_request("/healthz", lines + "X: a\r\n")),
            (Outcome{431, true}));
}

std::string chunked(const std::string& body) {
  std::string wire =
      "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
      "application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (size_t at = 0; at < body.size(); at += 1000) {
    const std::string piece = body.substr(at, 1000);
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    (wire += size) += piece + "\r\n";
  }
  return wire + "0\r\n\r\n";
}

TEST(Limits, OfTheBody) {
  constexpr size_t kBody = 5000;
  RunningGateway gateway(Sets{{"gateway.max_body", std::to_string(kBody)}});
  ASSERT_EQ(gateway.error(), "");
  const auto body_of = [](size_t size) {
    return question(std::string(size - question("").size(), 'a'));
  };
  ASSERT_EQ(body_of(kBody).size(), kBody);
  for (const auto& form : {+[](const std::string& b) { return chat_request(b); }, &chunked}) {
    EXPECT_EQ(send_to(gateway.port(), form(body_of(kBody - 1))), kServed);
    EXPECT_EQ(send_to(gateway.port(), form(body_of(kBody))), kServed);
    EXPECT_EQ(send_to(gateway.port(), form(body_of(kBody + 1))), (Outcome{413, true}));
  }
}

TEST(Limits, ABodyThatIsAnnouncedTooLargeIsRefusedBeforeItComes) {
  RunningGateway gateway;
  ASSERT_EQ(gateway.error(), "");
  EXPECT_EQ(send_to(gateway.port(),
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nExpect: "
                    "100-continue\r\nContent-Length: 99999999999\r\n\r\n"),
            (Outcome{413, true}));
}

TEST(Limits, ARefusalReachesAClientThatIsStillSending) {
  RunningGateway gateway(Sets{{"gateway.max_body", "5000"}});
  ASSERT_EQ(gateway.error(), "");
  for (int i = 0; i < 20; ++i) {
    RawClient client(gateway.port());
    client.send(chat_request(question(std::string(1 << 20, 'a'))));
    const auto answer = client.read();
    ASSERT_TRUE(answer) << i << (client.reset ? " reset" : "");
    EXPECT_EQ(answer->status, 413);
    EXPECT_TRUE(client.read_to_end());
  }
}

TEST(Limits, AClientThatNeverStopsSendingIsCutOff) {
  RunningGateway gateway(Sets{{"gateway.max_body", "5000"}});
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  client.send(
      "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
      "9999999999\r\n\r\n");
  const auto start = Clock::now();
  const std::string piece(64 * 1024, 'a');
  while (client.send(piece) && since(start) < Ms(20'000))
    ::usleep(10'000);
  EXPECT_LT(since(start), Ms(10'000));
}

TEST(Limits, OfDepth) {
  RunningGateway gateway;
  ASSERT_EQ(gateway.error(), "");
  const std::string deep = std::string(100'000, '[');
  EXPECT_EQ(send_to(gateway.port(), chat_request(deep)), (Outcome{400, false}));
  EXPECT_EQ(send_to(gateway.port(), chat_request(question("a", R"(,"metadata":)" + deep))),
            (Outcome{400, false}));
}

TEST(Limits, TheHeadHasItsTime) {
  RunningGateway gateway(Sets{{"gateway.header_timeout_ms", "150"}});
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  const auto start = Clock::now();
  ASSERT_TRUE(client.send("GET /healthz HTTP/1.1\r\n"));
  const auto answer = client.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
  EXPECT_GE(since(start), Ms(140));
  EXPECT_LT(since(start), Ms(2'000));
  EXPECT_TRUE(client.read_to_end());
}

TEST(Limits, AByteNowAndThenDoesNotBuyTime) {
  RunningGateway gateway(Sets{{"gateway.header_timeout_ms", "300"}});
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  const auto start = Clock::now();
  ASSERT_TRUE(client.send("GET /healthz HTTP/1.1\r\n"));
  while (since(start) < Ms(5'000) && !client.receive(Ms(50)))
    client.send("X");
  EXPECT_TRUE(client.input.starts_with("HTTP/1.1 408 ")) << client.input;
  EXPECT_LT(since(start), Ms(2'000));
}

TEST(Limits, TheBodyHasItsTime) {
  RunningGateway gateway(Sets{{"gateway.body_timeout_ms", "150"}});
  ASSERT_EQ(gateway.error(), "");
  for (const char* framing :
       {"Content-Length: 10\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n5\r\n{"}) {
    RawClient client(gateway.port());
    const auto start = Clock::now();
    ASSERT_TRUE(client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n" +
                            std::string(framing)));
    const auto answer = client.read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408);
    EXPECT_LT(since(start), Ms(2'000));
    EXPECT_TRUE(client.read_to_end());
  }
}

TEST(Limits, AnIdleConnectionEndsSilently) {
  RunningGateway gateway(Sets{{"gateway.idle_timeout_ms", "150"}});
  ASSERT_EQ(gateway.error(), "");
  for (const bool used : {false, true}) {
    RawClient client(gateway.port());
    if (used) {
      ASSERT_TRUE(client.ask(get_request("/healthz")));
    }
    const auto start = Clock::now();
    EXPECT_TRUE(client.read_to_end(Ms(5'000)));
    EXPECT_LT(since(start), Ms(2'000));
    EXPECT_EQ(client.input, "");
  }
}

TEST(Limits, AnAnswerMayTakeLongerThanTheRequest) {
  RunningGateway gateway(Sets{{"gateway.header_timeout_ms", "100"},
                              {"gateway.body_timeout_ms", "100"},
                              {"gateway.idle_timeout_ms", "100"},
                              {"gateway.write_timeout_ms", "100"},
                              {"transport.config.delay_ms", "400"}});
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  const std::string request = chat_request(question("hello"));
  ASSERT_TRUE(client.send(request.substr(0, 20)));
  ASSERT_TRUE(client.send(request.substr(20)));
  const auto answer = client.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
}

TEST(Limits, OfConnections) {
  RunningGateway gateway(Sets{{"gateway.max_connections", "2"}});
  ASSERT_EQ(gateway.error(), "");
  {
    RawClient first(gateway.port()), second(gateway.port());
    ASSERT_TRUE(first.ask(get_request("/healthz")));
    ASSERT_TRUE(second.ask(get_request("/healthz")));
    RawClient third(gateway.port());
    EXPECT_TRUE(third.read_to_end(Ms(5'000)));
    EXPECT_TRUE(first.ask(get_request("/healthz")));
  }
  for (int i = 0; i < 100; ++i) {  // until the gateway has noticed that they left
    RawClient later(gateway.port());
    if (later.ask(get_request("/healthz"))) return;
  }
  FAIL() << "the places of the connections that left are not free again";
}

}  // namespace
}  // namespace claif::gateway

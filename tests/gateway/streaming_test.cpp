// Streams, and what ends them: clients that leave or do not read, a broken upstream, a gateway that
// stops.
#include "client/fake_anthropic.hpp"
#include "gateway/running_gateway.hpp"

#include <condition_variable>
#include <fstream>

namespace claif::gateway {
namespace {

using testing::chat_request;
using testing::FakeAnthropic;
using testing::get_request;
using testing::question;
using testing::RawClient;
using testing::RunningGateway;
using testing::Sets;
using Clock = std::chrono::steady_clock;
using Ms = std::chrono::milliseconds;

const std::string kStream = R"(,"stream":true)";

Sets through(const FakeAnthropic& upstream, Sets more = {}) {
  Sets out{{"transport.use", "anthropic"},
           {"transport.config.base_url", upstream.url()},
           {"transport.config.api_key", "test-key-123"},
           {"retries", "0"}};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

// A number that one thread raises and another waits for.
class Counter {
 public:
  void raise() {
    const std::lock_guard lock(mutex_);
    ++n_;
    changed_.notify_all();
  }
  bool wait_for(int n, Ms limit = Ms(5'000)) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return n_ >= n; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int n_ = 0;
};

TEST(Streaming, AClientThatLeavesCancelsTheUpstream) {
  Counter closed;
  FakeAnthropic upstream([&](const FakeAnthropic::Call& call) {
    call.write(FakeAnthropic::stream_start() + FakeAnthropic::stream_text("one"));
    if (call.closed_within(Ms(5'000))) closed.raise();
  });
  RunningGateway gateway(through(upstream));
  ASSERT_EQ(gateway.error(), "");
  for (int i = 1; i <= 50; ++i) {
    RawClient streaming(gateway.port());
    ASSERT_TRUE(streaming.send(chat_request(question("count", kStream))));
    while (streaming.input.find("one") == std::string::npos)
      ASSERT_TRUE(streaming.receive());
    const auto left = Clock::now();
    streaming.close();
    ASSERT_TRUE(closed.wait_for(i)) << i;
    ASSERT_LT(Clock::now() - left, Ms(500)) << i;
  }
  RawClient after(gateway.port());
  EXPECT_EQ(after.ask(get_request("/healthz"))->status, 200);
}

TEST(Streaming, AClientThatLeavesBeforeItsWholeAnswerCancelsTheUpstream) {
  Counter asked, closed;
  FakeAnthropic upstream([&](const FakeAnthropic::Call& call) {
    asked.raise();
    if (call.closed_within(Ms(5'000))) closed.raise();
  });
  RunningGateway gateway(through(upstream));
  ASSERT_EQ(gateway.error(), "");
  for (int i = 1; i <= 10; ++i) {
    RawClient client(gateway.port());
    ASSERT_TRUE(client.send(chat_request(question("hello"))));
    ASSERT_TRUE(asked.wait_for(i)) << i;
    client.close();
    ASSERT_TRUE(closed.wait_for(i)) << i;
  }
}

size_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  size_t size = 0, resident = 0;
  in >> size >> resident;
  return resident * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(Streaming, AClientThatDoesNotReadPausesTheUpstream) {
  constexpr size_t kPieces = 4'000, kPiece = 16 * 1024;  // 64 MB
  std::atomic<size_t> written = 0;
  FakeAnthropic upstream([&](const FakeAnthropic::Call& call) {
    const std::string piece = FakeAnthropic::stream_text(std::string(kPiece, 'x'));
    call.write(FakeAnthropic::stream_start());
    for (size_t i = 0; i < kPieces && call.write(piece); ++i)
      ++written;
    call.write(FakeAnthropic::stream_end());
  });
  RunningGateway gateway(through(upstream));
  ASSERT_EQ(gateway.error(), "");
  const size_t before = resident_bytes();
  RawClient client(gateway.port(), 64 * 1024);
  ASSERT_TRUE(client.send(chat_request(question("much", kStream))));
  size_t last = 0;  // until nothing moves any more
  for (int quiet = 0; quiet < 5; quiet = written == last ? quiet + 1 : 0) {
    last = written;
    ::usleep(100'000);
  }
  EXPECT_LT(written, kPieces);
  EXPECT_LT(resident_bytes(), before + (24u << 20));
  // Other clients do not notice.
  RawClient other(gateway.port());
  EXPECT_EQ(other.ask(get_request("/healthz"))->status, 200);
  // Then it reads, and gets all of it.
  size_t x = 0;
  std::string tail;
  while (client.receive()) {
    x += static_cast<size_t>(std::count(client.input.begin(), client.input.end(), 'x'));
    tail = (tail + client.input)
               .substr((tail + client.input).size() -
                       std::min<size_t>(40, (tail + client.input).size()));
    client.input.clear();
    if (tail.find("[DONE]") != std::string::npos) break;
  }
  EXPECT_GE(x, kPieces * kPiece);
  EXPECT_NE(tail.find("data: [DONE]"), std::string::npos);
}

TEST(Streaming, AClientThatNeverReadsIsGivenUp) {
  Counter closed;
  FakeAnthropic upstream([&](const FakeAnthropic::Call& call) {
    const std::string piece = FakeAnthropic::stream_text(std::string(64 * 1024, 'x'));
    call.write(FakeAnthropic::stream_start());
    while (call.write(piece)) {
    }
    closed.raise();
  });
  RunningGateway gateway(through(upstream, {{"gateway.write_timeout_ms", "300"}}));
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port(), 16 * 1024);
  ASSERT_TRUE(client.send(chat_request(question("much", kStream))));
  EXPECT_TRUE(closed.wait_for(1));
}

TEST(Streaming, AnUpstreamThatBreaksOffIsAnErrorInTheStream) {
  FakeAnthropic upstream([](const FakeAnthropic::Call& call) {
    call.write(FakeAnthropic::stream_start() + FakeAnthropic::stream_text("half"));
  });
  RunningGateway gateway(through(upstream));
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  const auto answer = client.ask(chat_request(question("a", kStream)));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_NE(answer->body.find(R"(data: {"error":{)"), std::string::npos) << answer->body;
  EXPECT_EQ(answer->body.find("[DONE]"), std::string::npos) << answer->body;
  EXPECT_TRUE(client.read_to_end());
}

TEST(Streaming, AnUpstreamThatIsAwayIsABadGateway) {
  std::string url;
  {
    url = FakeAnthropic([](const FakeAnthropic::Call&) {}).url();
  }
  RunningGateway gateway(Sets{{"transport.use", "anthropic"},
                              {"transport.config.base_url", url},
                              {"transport.config.api_key", "test-key-123"},
                              {"retries", "0"}});
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  const auto answer = client.ask(chat_request(question("a", kStream)));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 502);
  EXPECT_NE(answer->body.find("upstream_connection_error"), std::string::npos) << answer->body;
  EXPECT_EQ(answer->body.find("test-key-123"), std::string::npos) << answer->body;
}

TEST(Streaming, PassesTheUpstreamsRequestIdOn) {
  FakeAnthropic upstream([](const FakeAnthropic::Call& call) {
    call.write(FakeAnthropic::response(200, FakeAnthropic::message("hi")));
  });
  RunningGateway gateway(through(upstream));
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask(chat_request(question("a")));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header("x-request-id"), "req_1");
  }
  EXPECT_EQ(upstream.calls(), 3);
}

class Stopping : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(gateway.error(), ""); }
  // Waits until the stream of `client` has begun.
  void begin(RawClient& client) {
    ASSERT_TRUE(client.send(chat_request(question("slowly please", kStream))));
    while (client.input.find("data: ") == std::string::npos)
      ASSERT_TRUE(client.receive());
  }
  RunningGateway gateway{Sets{{"transport.config.event_delay_ms", "30"}}};
};

TEST_F(Stopping, FinishesARunningStreamFirst) {
  RawClient client(gateway.port()), idle(gateway.port());
  ASSERT_TRUE(idle.ask(get_request("/healthz")));
  begin(client);
  gateway.shut_down();
  EXPECT_TRUE(idle.read_to_end(Ms(2'000)));
  const auto answer = client.read();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->body.ends_with("data: [DONE]\n\n")) << answer->body;
  EXPECT_TRUE(client.read_to_end());
  gateway.join();
  EXPECT_FALSE(RawClient(gateway.port()).connected());
}

TEST_F(Stopping, TakesNoNewConnectionsMeanwhile) {
  RawClient client(gateway.port());
  begin(client);
  gateway.shut_down();
  RawClient idle(gateway.port());
  idle.read_to_end(Ms(300));
  EXPECT_EQ(idle.input, "");
  EXPECT_TRUE(client.read());
}

TEST_F(Stopping, StopsAtOnceTheSecondTime) {
  RawClient client(gateway.port());
  begin(client);
  gateway.shut_down();
  gateway.shut_down();
  gateway.join();
}

TEST(StoppingInTime, GivesUpWaitingAfterShutdownMs) {
  RunningGateway gateway(
      Sets{{"transport.config.delay_ms", "60000"}, {"gateway.shutdown_ms", "100"}});
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  ASSERT_TRUE(client.send(chat_request(question("a"))));
  ASSERT_FALSE(client.receive(Ms(100)));
  const auto start = Clock::now();
  gateway.shut_down();
  gateway.join();
  EXPECT_LT(Clock::now() - start, Ms(5'000));
}

}  // namespace
}  // namespace claif::gateway

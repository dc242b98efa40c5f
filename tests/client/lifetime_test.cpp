// Requests that run on their own, end early, or outlive their client.
#include "client/fake_anthropic.hpp"
#include "client/test_client.hpp"

#include <claif/client.hpp>

#include <atomic>
#include <future>
#include <thread>

#include <gtest/gtest.h>

namespace claif {
namespace {

using testing::ask;
using testing::FakeAnthropic;
using testing::mock_options;
using testing::Settings;
using testing::TestHome;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

const Settings kSlow{{"transport.config.delay_ms", "60000"}};
const Settings kLong{
    {"transport.config.replies", R"([{"text":")" + std::string(60'000, 'x') + "\"}]"},
    {"transport.config.chunk", "100"}};

ClientOptions through(const FakeAnthropic& upstream) {
  ClientOptions out = mock_options();
  out.transport = "anthropic";
  out.set.emplace_back("transport.config.base_url", upstream.url());
  out.set.emplace_back("transport.config.api_key", "test-key-123");
  return out;
}

TEST(Lifetime, LeavingALoopCancels) {
  std::promise<bool> closed;
  FakeAnthropic upstream([&](const FakeAnthropic::Call& call) {
    call.write(FakeAnthropic::stream_start() + FakeAnthropic::stream_text("one"));
    closed.set_value(call.closed_within(5s));
  });
  TestHome home;
  Client client(through(upstream));
  for (const auto& chunk : client.chat.completions.stream(ask("count")))
    if (chunk.content == "one") break;
  EXPECT_TRUE(closed.get_future().get());
}

TEST(Lifetime, CancelEndsAStreamFromAnotherThread) {
  TestHome home;
  Client client(mock_options(kSlow));
  auto stream = client.chat.completions.stream(ask("Hello"));
  std::thread other([&] { stream.cancel(); });
  EXPECT_THROW(stream.begin(), APIUserAbortError);
  other.join();
}

TEST(Lifetime, AnAsynchronousCallIsAValueLater) {
  TestHome home;
  Client client(mock_options());
  std::vector<ChatCall> calls;
  for (int i = 0; i < 20; ++i)
    calls.push_back(client.chat.completions.create_async(ask("Hello")));
  for (ChatCall& call : calls)
    EXPECT_TRUE(call.get());
}

TEST(Lifetime, ACallbackComesOnceAndOnAnotherThread) {
  TestHome home;
  Client client(mock_options());
  std::atomic<int> called = 0;
  std::atomic<bool> elsewhere = false;
  const auto here = std::this_thread::get_id();
  ChatCall call =
      client.chat.completions.create_async(ask("Hello"), [&](const Result<ChatCompletion>& result) {
        called += result ? 1 : 100;
        elsewhere = std::this_thread::get_id() != here;
      });
  EXPECT_TRUE(call.get());
  EXPECT_EQ(called, 1);
  EXPECT_TRUE(elsewhere);
}

TEST(Lifetime, ACallbackGetsTheErrorToo) {
  TestHome home;
  Client client(mock_options());
  std::promise<Errc> code;
  ChatCall call = client.chat.completions.create_async(
      ChatRequest{}, [&](const Result<ChatCompletion>& result) {
        code.set_value(result ? Errc::internal : result.error().code);
      });
  EXPECT_EQ(code.get_future().get(), Errc::invalid_request);
  EXPECT_FALSE(call.get());
}

TEST(Lifetime, CancelEndsACallSoon) {
  TestHome home;
  Client client(mock_options(kSlow));
  const auto start = Clock::now();
  ChatCall call = client.chat.completions.create_async(ask("Hello"));
  call.cancel();
  const auto result = call.get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::cancelled);
  EXPECT_LT(Clock::now() - start, 2s);
}

TEST(Lifetime, ACallGoesOnWithoutItsHandle) {
  TestHome home;
  Client client(mock_options());
  std::promise<void> done;
  {
    client.chat.completions.create_async(ask("Hello"), [&](const auto&) { done.set_value(); });
  }
  EXPECT_EQ(done.get_future().wait_for(5s), std::future_status::ready);
}

TEST(Lifetime, AClientMayEndAtOnce) {
  TestHome home;
  for (int i = 0; i < 50; ++i)
    Client client(mock_options());
}

TEST(Lifetime, ADestroyedClientEndsItsCalls) {
  TestHome home;
  std::atomic<int> cancelled = 0;
  std::vector<ChatCall> calls;
  const auto start = Clock::now();
  {
    Client client(mock_options(kSlow));
    for (int i = 0; i < 10; ++i)
      calls.push_back(client.chat.completions.create_async(ask("Hello"), [&](const auto& result) {
        cancelled += !result && result.error().code == Errc::cancelled ? 1 : 0;
      }));
  }
  EXPECT_LT(Clock::now() - start, 2s);
  EXPECT_EQ(cancelled, 10);
  for (ChatCall& call : calls)
    EXPECT_FALSE(call.get());
}

TEST(Lifetime, ADestroyedClientEndsItsStreams) {
  TestHome home;
  const auto start = Clock::now();
  auto client = std::make_unique<Client>(mock_options(kLong));
  auto unread = client->chat.completions.stream(ask("Hello"));
  auto begun = client->chat.completions.stream(ask("Hello"));
  ASSERT_TRUE(begun.try_next());
  client.reset();
  EXPECT_LT(Clock::now() - start, 3s);
  // What had come can still be read; an answer that was not whole ends in an error.
  for (ChatStream* stream : {&unread, &begun}) {
    bool whole = false;
    auto next = stream->try_next();
    for (; next && *next; next = stream->try_next())
      whole = !(*next)->finish_reason.empty();
    EXPECT_EQ(whole, next.has_value());
    if (!next) {
      EXPECT_EQ(next.error().code, Errc::cancelled);
    }
  }
}

TEST(Lifetime, AStreamThatNobodyReadsIsBounded) {
  TestHome home;
  Client client(mock_options(kLong));
  auto unread = client.chat.completions.stream(ask("Hello"));
  EXPECT_TRUE(client.chat.completions.try_create(ask("Hello")));  // the loop is free
  size_t text = 0;
  for (const auto& chunk : unread)
    text += chunk.content.size();
  EXPECT_EQ(text, 60'000u);
}

TEST(Lifetime, AStreamMoves) {
  TestHome home;
  Client client(mock_options(kLong));
  auto first = client.chat.completions.stream(ask("Hello"));
  ASSERT_TRUE(first.try_next());
  ChatStream second = std::move(first);
  EXPECT_TRUE(second.try_next());
  second = client.chat.completions.stream(ask("again"));
  EXPECT_TRUE(second.try_next());
}

TEST(Lifetime, TwoClientsLiveSideBySide) {
  TestHome home;
  auto one =
      std::make_unique<Client>(mock_options({{"transport.config.replies", R"([{"text":"one"}])"}}));
  Client two(mock_options({{"transport.config.replies", R"([{"text":"two"}])"}}));
  const auto text = [](Client& client) {
    return client.chat.completions.create(ask("who")).choices[0].message.content;
  };
  EXPECT_EQ(text(*one), "one");
  EXPECT_EQ(text(two), "two");
  one.reset();
  EXPECT_EQ(text(two), "two");
}

TEST(Lifetime, ManyThreadsShareAClient) {
  TestHome home;
  Client client(mock_options());
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        if ((t + i) % 2 == 0) {
          good += client.chat.completions.try_create(ask("Hello")) ? 1 : 0;
          continue;
        }
        auto stream = client.chat.completions.stream(ask("Hello"));
        auto next = stream.try_next();
        while (next && *next)
          next = stream.try_next();
        good += next ? 1 : 0;
      }
    });
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(good, 160);
}

}  // namespace
}  // namespace claif

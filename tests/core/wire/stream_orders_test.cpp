// Whatever order events come in, the client gets a legal stream.
#include "support/chunk_grammar.hpp"
#include "support/event_pool.hpp"
#include "support/response_grammar.hpp"
#include "support/stream_sums.hpp"

#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

namespace claif::test {
namespace {

// How many orders to try. CLAIF_TEST_ORDERS=1000000 tries a million, in about two minutes.
long orders() {
  if (const char* wanted = std::getenv("CLAIF_TEST_ORDERS"))
    return std::strtol(wanted, nullptr, 10);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 20'000;  // each takes several times as long
#else
  return 100'000;
#endif
}

wire::ChatEncoding encoding_of(long n) {
  return {.include_usage = (n & 1) != 0,
          .reasoning = (n & 2) != 0,
          .thinking_blocks = (n & 4) != 0,
          .legacy_functions = (n & 24) == 0};
}

TEST(StreamOrders, NoneMakesAnIllegalStream) {
  const EventPool pool;
  std::mt19937 random(20261123);
  const auto pick = [&](size_t below) { return random() % below; };
  long streams = 0, complete = 0;
  for (long n = 0; n < orders(); ++n) {
    const auto order = pool.disorder(pick);
    PlayedStream played(encoding_of(n));
    pool.play(order, played);
    ASSERT_NE(played.sse().empty(), !played.http_error()) << pool.show(order);
    ASSERT_EQ(violation(played.sse(), {.include_usage = (n & 1) != 0}), "")
        << "order " << n << ":\n"
        << pool.show(order);
    streams += played.sse().empty() ? 0 : 1;
    complete += played.complete() ? 1 : 0;
  }
  // Else the orders would prove little.
  EXPECT_GT(streams, complete);
  EXPECT_GT(complete * 4, streams);
}

TEST(StreamOrders, CompleteStreamsAddUpToTheirMessage) {
  const EventPool pool;
  std::mt19937 random(1);
  const auto pick = [&](size_t below) { return random() % below; };
  for (long n = 0; n < orders() / 50; ++n) {
    const auto order = pool.disorder(pick);
    PlayedStream played(encoding_of(n));
    pool.play(order, played);
    if (!played.complete()) continue;
    ASSERT_EQ(sum_difference(played, encoding_of(n)), "") << pool.show(order) << played.sse();
    ASSERT_EQ(replay_difference(played.assembler().to_json()), "") << pool.show(order);
  }
}

TEST(StreamOrders, NoneMakesAnIllegalResponse) {
  const EventPool pool;
  std::mt19937 random(2);
  const auto pick = [&](size_t below) { return random() % below; };
  for (long n = 0; n < orders() / 100; ++n) {
    const auto order = pool.disorder(pick);
    wire::ResponsesEcho echo;
    echo.include_encrypted_content = n % 2 == 0;
    PlayedResponse played(echo);
    for (const size_t at : order)
      played.json(pool.json(at));
    played.end();
    ASSERT_NE(played.sse().empty(), !played.http_error()) << pool.show(order);
    ASSERT_EQ(response_violation(played.sse()), "") << pool.show(order);
    if (played.encoder().object_to_keep().empty()) continue;
    ASSERT_EQ(response_sum_difference(played, echo), "") << pool.show(order);
  }
}

}  // namespace
}  // namespace claif::test

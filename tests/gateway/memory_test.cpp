// What a gateway holds while it streams does not grow with the stream.
#include "client/fake_anthropic.hpp"
#include "gateway/running_gateway.hpp"
#include "support/live_memory.hpp"

#include <algorithm>
#include <semaphore>

namespace claif::gateway {
namespace {

using testing::chat_request;
using testing::FakeAnthropic;
using testing::question;
using testing::RawClient;
using testing::RunningGateway;

constexpr int kRounds = 100, kEvents = 100;  // ten thousand events

// The upstream sends a round when the client has read the one before, so nothing is on its way when
// memory is looked at.
TEST(StreamMemory, OfTheGatewayDoesNotGrowWithTheStream) {
  std::counting_semaphore<kRounds + 1> wanted(0);
  FakeAnthropic upstream([&](const FakeAnthropic::Call& call) {
    const std::string piece = FakeAnthropic::stream_text(std::string(100, '@'));
    call.write(FakeAnthropic::stream_start());
    for (int round = 0; round < kRounds; ++round) {
      if (!wanted.try_acquire_for(std::chrono::seconds(10))) return;
      for (int n = 0; n < kEvents; ++n)
        if (!call.write(piece)) return;
    }
    if (wanted.try_acquire_for(std::chrono::seconds(10))) call.write(FakeAnthropic::stream_end());
  });
  RunningGateway gateway({{"transport.use", "anthropic"},
                          {"transport.config.base_url", upstream.url()},
                          {"transport.config.api_key", "test-key-123"}});
  ASSERT_EQ(gateway.error(), "");
  RawClient client(gateway.port());
  ASSERT_TRUE(client.send(chat_request(question("much", R"(,"stream":true)"))));
  client.input.reserve(256 * 1024);

  size_t early = 0, late = 0;
  for (int round = 0; round < kRounds; ++round) {
    wanted.release();
    for (long missing = 100 * kEvents; missing > 0; client.input.clear()) {
      ASSERT_TRUE(client.receive()) << "round " << round;
      missing -= std::count(client.input.begin(), client.input.end(), '@');
    }
    size_t& most = round < 10 ? early : late;
    most = std::max(most, test::live_bytes());
  }
  EXPECT_LE(late, early + 64 * 1024);  // the text alone is a megabyte
  wanted.release();
  while (client.input.find("[DONE]") == std::string::npos)
    ASSERT_TRUE(client.receive());
}

}  // namespace
}  // namespace claif::gateway

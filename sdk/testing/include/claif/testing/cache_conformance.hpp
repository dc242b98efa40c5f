// What every cache backend must do, as tests. In the test of a backend:
//
//   INSTANTIATE_TEST_SUITE_P(Mine, CacheConformance, ::testing::Values([] { return config(); }));
//
// `config` gives the configuration of a new, empty cache; with room for at least 1 MiB.
#pragma once

#include <claif/abi/cache.h>
#include <claif/testing/fake_host.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace claif::testing {

// A cache plugin under test, as the host uses it.
class CacheUnderTest {
 public:
  CacheUnderTest(FakeHost& host, const std::string& config)
      : plugin_(host, config),
        table_(plugin_.error().empty() ? plugin_.iface<claif_cache_v1>() : nullptr) {}
  const std::string& error() const { return plugin_.error(); }

  std::optional<std::string> get(std::string_view key) {
    FakeOp op;
    table_->get(plugin_.self(), sdk::str(key), op.raw());
    EXPECT_EQ(op.finish_count(), 1u);
    EXPECT_EQ(op.status(), CLAIF_OK) << op.error_text();
    return op.value();
  }
  void put(std::string_view key, std::string_view value, uint64_t ttl_ms = 60'000) {
    FakeOp op;
    table_->put(plugin_.self(), sdk::str(key), sdk::str(value), ttl_ms, op.raw());
    EXPECT_EQ(op.finish_count(), 1u);
    EXPECT_EQ(op.status(), CLAIF_OK) << op.error_text();
  }
  void erase(std::string_view key) {
    FakeOp op;
    table_->erase(plugin_.self(), sdk::str(key), op.raw());
    EXPECT_EQ(op.status(), CLAIF_OK) << op.error_text();
  }

 private:
  PluginUnderTest plugin_;
  const claif_cache_v1* table_;
};

// A key as the host makes them.
inline std::string cache_key(unsigned n) {
  std::string out(64, '0');
  for (size_t i = out.size(); n != 0; n /= 16)
    out[--i] = "0123456789abcdef"[n % 16];
  return out;
}

class CacheConformance : public ::testing::TestWithParam<std::function<std::string()>> {
 protected:
  void SetUp() override {
    cache_ = std::make_unique<CacheUnderTest>(host, GetParam()());
    ASSERT_EQ(cache_->error(), "");
  }
  CacheUnderTest& cache() { return *cache_; }
  FakeHost host;

 private:
  std::unique_ptr<CacheUnderTest> cache_;
};

TEST_P(CacheConformance, ReturnsWhatWasPutAndNothingElse) {
  const std::string bytes("a\0b\nc\xff", 6);
  cache().put(cache_key(1), bytes);
  EXPECT_EQ(cache().get(cache_key(1)), bytes);
  EXPECT_EQ(cache().get(cache_key(2)), std::nullopt);
}

TEST_P(CacheConformance, KeepsAnEmptyValueApartFromAMiss) {
  cache().put(cache_key(1), "");
  EXPECT_EQ(cache().get(cache_key(1)), "");
}

TEST_P(CacheConformance, KeepsALargeValue) {
  const std::string large(500'000, 'x');
  cache().put(cache_key(1), large);
  EXPECT_EQ(cache().get(cache_key(1)), large);
}

TEST_P(CacheConformance, ReplacesAValueAndItsTime) {
  cache().put(cache_key(1), "old", 60'000);
  cache().put(cache_key(1), "new", 1'000'000);
  EXPECT_EQ(cache().get(cache_key(1)), "new");
  host.advance(std::chrono::milliseconds(500'000));
  EXPECT_EQ(cache().get(cache_key(1)), "new");
}

TEST_P(CacheConformance, ForgetsAfterTheTimeToLive) {
  cache().put(cache_key(1), "value", 1);
  host.advance(std::chrono::milliseconds(1));
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (cache().get(cache_key(1)) && std::chrono::steady_clock::now() < until) {
    // a backend with a clock of its own, which no test turns, takes its millisecond
  }
  EXPECT_EQ(cache().get(cache_key(1)), std::nullopt);
}

TEST_P(CacheConformance, ErasesOneKeyAndIsContentWithNone) {
  cache().put(cache_key(1), "1");
  cache().put(cache_key(2), "2");
  cache().erase(cache_key(1));
  cache().erase(cache_key(1));
  cache().erase(cache_key(3));
  EXPECT_EQ(cache().get(cache_key(1)), std::nullopt);
  EXPECT_EQ(cache().get(cache_key(2)), "2");
}

TEST_P(CacheConformance, GivesNoThreadTheValueOfAnotherKey) {
  constexpr unsigned kThreads = 4, kKeys = 16, kRounds = 200;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (unsigned i = 0; i < kRounds; ++i) {
        const unsigned key = (i * 7 + t * 3) % kKeys;
        if (i % 3 == 0) cache().put(cache_key(key), "value of " + std::to_string(key));
        const auto value = cache().get(cache_key(key));
        if (value && *value != "value of " + std::to_string(key)) ++wrong;
        if (i % 11 == 0) cache().erase(cache_key(key));
      }
    });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace claif::testing

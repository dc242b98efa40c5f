#include "shard.hpp"

#include <claif/testing/cache_conformance.hpp>
#include <claif/testing/fake_host.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using claif::cache_memory::Shard;
using claif::testing::FakeHost;
using claif::testing::FakeOp;
using claif::testing::PluginUnderTest;

class MemoryCache : public ::testing::Test {
 protected:
  void create(const std::string& config) {
    plugin_ = std::make_unique<PluginUnderTest>(host, config);
    ASSERT_EQ(plugin_->error(), "");
    table_ = plugin_->iface<claif_cache_v1>();
  }
  // Room for `entries` entries with one-byte keys and values, in one shard.
  void create_for(uint64_t entries) {
    create(R"({"shards":1,"max_bytes":)" + std::to_string(entries * (Shard::kEntryOverhead + 2)) +
           "}");
  }
  std::optional<std::string> get(std::string_view key) {
    FakeOp op;
    table_->get(plugin_->self(), claif::sdk::str(key), op.raw());
    EXPECT_EQ(op.status(), CLAIF_OK);
    return op.value();
  }
  void put(std::string_view key, std::string_view value, uint64_t ttl_ms = 1000) {
    FakeOp op;
    table_->put(plugin_->self(), claif::sdk::str(key), claif::sdk::str(value), ttl_ms, op.raw());
    EXPECT_EQ(op.status(), CLAIF_OK);
  }
  void erase(std::string_view key) {
    FakeOp op;
    table_->erase(plugin_->self(), claif::sdk::str(key), op.raw());
    EXPECT_EQ(op.status(), CLAIF_OK);
  }

  FakeHost host;

 private:
  std::unique_ptr<PluginUnderTest> plugin_;
  const claif_cache_v1* table_ = nullptr;
};

TEST_F(MemoryCache, ReturnsWhatWasPutAndNothingElse) {
  create("{}");
  put("a", std::string("v\0w", 3));
  EXPECT_EQ(get("a"), std::string("v\0w", 3));
  EXPECT_EQ(get("b"), std::nullopt);
}

TEST_F(MemoryCache, KeepsAnEmptyValueApartFromAMiss) {
  create("{}");
  put("a", "");
  EXPECT_EQ(get("a"), "");
}

TEST_F(MemoryCache, ForgetsAfterTheTimeToLive) {
  create("{}");
  put("a", "1", 500);
  host.advance(499ms);
  EXPECT_EQ(get("a"), "1");
  host.advance(1ms);
  EXPECT_EQ(get("a"), std::nullopt);
}

TEST_F(MemoryCache, NoTimeToLiveKeepsNothingAndAHugeOneDoesNotOverflow) {
  create("{}");
  put("a", "1");
  put("a", "2", 0);
  EXPECT_EQ(get("a"), std::nullopt);
  put("b", "1", std::numeric_limits<uint64_t>::max());
  put("c", "1", std::numeric_limits<int64_t>::max());
  host.advance(24h * 365);
  EXPECT_EQ(get("b"), "1");
  EXPECT_EQ(get("c"), "1");
}

TEST_F(MemoryCache, ReplacesValueAndTimeToLive) {
  create_for(1);
  put("a", "1", 100);
  put("a", "2", 1000);
  host.advance(500ms);
  EXPECT_EQ(get("a"), "2");
}

TEST_F(MemoryCache, Erases) {
  create("{}");
  put("a", "1");
  erase("a");
  erase("never there");
  EXPECT_EQ(get("a"), std::nullopt);
}

TEST_F(MemoryCache, DropsTheLeastRecentlyUsed) {
  create_for(3);
  put("a", "1");
  put("b", "2");
  put("c", "3");
  EXPECT_EQ(get("a"), "1");
  put("d", "4");
  EXPECT_EQ(get("b"), std::nullopt);
  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(get("c"), "3");
  EXPECT_EQ(get("d"), "4");
}

TEST_F(MemoryCache, AnEntryLargerThanAShardIsNotKeptAndDropsNothingElse) {
  create_for(2);
  put("a", "1");
  put("b", "2");
  put("a", std::string(1000, 'x'));
  EXPECT_EQ(get("a"), std::nullopt);
  EXPECT_EQ(get("b"), "2");
}

TEST_F(MemoryCache, AHandedOutValueOutlivesItsEntry) {
  Shard shard(10000);
  shard.put("a", std::make_shared<const std::string>("1"), 10);
  const claif::sdk::CacheValue value = shard.get("a", 0);
  shard.erase("a");
  EXPECT_EQ(*value, "1");
}

TEST(MemoryCacheShard, CountsTheBytesOfKeyValueAndOverhead) {
  Shard shard(10000);
  const auto value = std::make_shared<const std::string>(100, 'x');
  shard.put("key", value, 10);
  EXPECT_EQ(shard.bytes(), 103 + Shard::kEntryOverhead);
  shard.put("key", value, 10);
  EXPECT_EQ(shard.bytes(), 103 + Shard::kEntryOverhead);
  EXPECT_EQ(shard.get("key", 10), nullptr);
  EXPECT_EQ(shard.bytes(), 0u);
}

TEST(MemoryCacheShard, NeverExceedsItsBound) {
  Shard shard(5000);
  for (size_t i = 0; i < 200; ++i) {
    shard.put(std::to_string(i), std::make_shared<const std::string>((i * 37) % 900, 'x'), 10);
    ASSERT_LE(shard.bytes(), 5000u);
  }
}

TEST_F(MemoryCache, ServesManyThreads) {
  create(R"({"max_bytes":"20KiB","shards":4})");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        const std::string key = std::to_string(i % 50);
        put(key, key);
        const auto value = get(key);
        EXPECT_TRUE(!value || *value == key);
        if (i % 7 == 0) erase(key);
      }
    });
  for (std::thread& thread : threads)
    thread.join();
}

TEST_F(MemoryCache, RefusesABoundThatHoldsNothing) {
  EXPECT_EQ(PluginUnderTest(host, R"({"max_bytes":"1KiB"})").error(),
            "'max_bytes' is too small for 16 shards");
  for (const char* config : {R"({"max_bytes":"64 apples"})", R"({"shards":0})", R"({"size":1})"})
    EXPECT_NE(PluginUnderTest(host, config).error(), "") << config;
}

}  // namespace

namespace claif::testing {

INSTANTIATE_TEST_SUITE_P(Memory, CacheConformance, ::testing::Values([] {
                           return std::string("{}");
                         }));

}  // namespace claif::testing

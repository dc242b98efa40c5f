#include <claif/testing/cache_conformance.hpp>

namespace claif::testing {
namespace {

// What every backend must do.
INSTANTIATE_TEST_SUITE_P(Fifo, CacheConformance, ::testing::Values([] {
                           return std::string("{}");
                         }));

TEST(FifoCache, KeepsTheNewest) {
  FakeHost host;
  CacheUnderTest cache(host, R"({"entries":2})");
  for (unsigned i = 1; i <= 3; ++i)
    cache.put(cache_key(i), "value");
  EXPECT_FALSE(cache.get(cache_key(1)));
  EXPECT_TRUE(cache.get(cache_key(2)));
  EXPECT_TRUE(cache.get(cache_key(3)));
}

}  // namespace
}  // namespace claif::testing

#include <claif/testing/cache_conformance.hpp>
#include <claif/testing/temp_dir.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace claif::testing {
namespace {

namespace fs = std::filesystem;

std::string config_of(const std::string& path, const std::string& more = "") {
  return R"({"path":")" + path + "\"" + more + "}";
}

INSTANTIATE_TEST_SUITE_P(Sqlite, CacheConformance, ::testing::Values([] {
                           static TempDir dir;
                           static int n = 0;
                           return config_of(dir.file("cache" + std::to_string(++n) + ".db"));
                         }));

class SqliteCache : public ::testing::Test {
 protected:
  TempDir dir;
  FakeHost host;
  const std::string path = dir.file("sub/cache.db");
};

TEST_F(SqliteCache, OutlivesTheProcessAndIsPrivate) {
  {
    CacheUnderTest cache(host, config_of(path));
    ASSERT_EQ(cache.error(), "");
    cache.put(cache_key(1), "kept");
  }
  CacheUnderTest cache(host, config_of(path));
  EXPECT_EQ(cache.get(cache_key(1)), "kept");
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
}

TEST_F(SqliteCache, IsSharedByProcesses) {
  CacheUnderTest one(host, config_of(path)), other(host, config_of(path));
  one.put(cache_key(1), "from one");
  EXPECT_EQ(other.get(cache_key(1)), "from one");
  other.erase(cache_key(1));
  EXPECT_EQ(one.get(cache_key(1)), std::nullopt);
}

TEST_F(SqliteCache, KeepsWithinItsBoundAndLosesWhatWasUsedLeast) {
  CacheUnderTest cache(host, config_of(path, R"(,"max_bytes":"1MiB")"));
  const std::string value(10'000, 'v');
  cache.put(cache_key(0), value);
  for (unsigned i = 1; i <= 300; ++i) {
    host.advance(std::chrono::minutes(2));
    cache.put(cache_key(i), value, 86'400'000);
    cache.put(cache_key(0), value, 86'400'000);
  }
  uint64_t kept = 0;
  for (unsigned i = 0; i <= 300; ++i)
    if (cache.get(cache_key(i))) kept += value.size();
  EXPECT_LE(kept, uint64_t{1} << 20);
  EXPECT_GE(kept, (uint64_t{1} << 20) * 9 / 10);
  EXPECT_TRUE(cache.get(cache_key(0)));
  EXPECT_TRUE(cache.get(cache_key(300)));
  EXPECT_FALSE(cache.get(cache_key(1)));
}

TEST_F(SqliteCache, AValueOverTheBoundIsNotKeptAndTheOldOneLeaves) {
  CacheUnderTest cache(host, config_of(path, R"(,"max_bytes":"64KiB")"));
  cache.put(cache_key(1), "small");
  cache.put(cache_key(1), std::string(100'000, 'x'));
  EXPECT_EQ(cache.get(cache_key(1)), std::nullopt);
}

TEST_F(SqliteCache, WhatIsNoDatabaseIsReplaced) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path) << std::string(10'000, '?');
  CacheUnderTest cache(host, config_of(path));
  ASSERT_EQ(cache.error(), "");
  cache.put(cache_key(1), "anew");
  EXPECT_EQ(cache.get(cache_key(1)), "anew");
}

TEST_F(SqliteCache, RefusesWhatItCannotUse) {
  EXPECT_NE(CacheUnderTest(host, "{}").error(), "");
  EXPECT_NE(CacheUnderTest(host, config_of("/proc/none/cache.db")).error(), "");
  EXPECT_NE(CacheUnderTest(host, config_of(path, R"(,"max_bytes":1000)")).error(), "");
}

}  // namespace
}  // namespace claif::testing

#include "directory.hpp"

#include <claif/testing/cache_conformance.hpp>
#include <claif/testing/temp_dir.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace claif::testing {
namespace {

namespace fs = std::filesystem;

std::string config_of(const std::string& dir, const std::string& more = "") {
  return R"({"dir":")" + dir + "\"" + more + "}";
}

INSTANTIATE_TEST_SUITE_P(Files, CacheConformance, ::testing::Values([] {
                           static TempDir dir;
                           static int n = 0;
                           return config_of(dir.file("cache" + std::to_string(++n)));
                         }));

class FileCache : public ::testing::Test {
 protected:
  std::string entry(unsigned n) const {
    return path + "/" + cache_key(n).substr(0, 2) + "/" + cache_key(n);
  }
  size_t files() const {
    size_t n = 0;
    for (const auto& each : fs::recursive_directory_iterator(path))
      n += each.is_regular_file() ? 1 : 0;
    return n;
  }
  TempDir dir;
  FakeHost host;
  const std::string path = dir.file("sub/cache");
};

TEST_F(FileCache, OutlivesTheProcessAndIsPrivate) {
  {
    CacheUnderTest cache(host, config_of(path));
    cache.put(cache_key(1), "kept");
  }
  CacheUnderTest cache(host, config_of(path));
  EXPECT_EQ(cache.get(cache_key(1)), "kept");
  for (const std::string& made : {path, entry(1)}) {
    struct stat info {};
    ASSERT_EQ(::stat(made.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0077u, 0u) << made;
  }
  EXPECT_EQ(files(), 1u) << "nothing temporary stays";
}

TEST_F(FileCache, KeysAreNeverPaths) {
  CacheUnderTest cache(host, config_of(path));
  for (const std::string& key :
       {std::string("../../../etc/passwd"), std::string(), std::string(64, '.'),
        std::string(63, 'a') + "/", std::string(65, 'a'), std::string(64, 'A')}) {
    EXPECT_EQ(cache.get(key), std::nullopt);
    cache.erase(key);
    EXPECT_FALSE(cache_file::is_key(key));
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(FileCache, FollowsNoLink) {
  CacheUnderTest cache(host, config_of(path));
  cache.put(cache_key(1), "mine");
  const std::string secret = dir.file("secret");
  std::ofstream(secret) << "another's file, long enough";
  fs::remove(entry(1));
  fs::create_symlink(secret, entry(1));
  EXPECT_EQ(cache.get(cache_key(1)), std::nullopt);
  cache.put(cache_key(1), "again");
  EXPECT_EQ(cache.get(cache_key(1)), "again");
  EXPECT_GT(fs::file_size(secret), 20u);
}

TEST_F(FileCache, AFileThatIsCutIsAMissOrShort) {
  CacheUnderTest cache(host, config_of(path));
  cache.put(cache_key(1), "0123456789");
  for (const uintmax_t size : {uintmax_t{9}, uintmax_t{8}, uintmax_t{7}, uintmax_t{0}}) {
    fs::resize_file(entry(1), size);
    const auto value = cache.get(cache_key(1));
    EXPECT_EQ(value.value_or(""),
              std::string("0123456789").substr(0, std::max(size, uintmax_t{8}) - 8));
  }
  EXPECT_EQ(cache.get(cache_key(1)), std::nullopt);
}

TEST_F(FileCache, KeepsWithinItsBoundOnTheDiskAndLosesWhatWasUsedLeast) {
  CacheUnderTest cache(host, config_of(path, R"(,"max_bytes":"1MiB")"));
  const std::string value(10'000, 'v');  // three blocks with its header
  uintmax_t most = 0;
  for (unsigned i = 0; i < 300; ++i) {
    cache.put(cache_key(i), value, 86'400'000);
    most = std::max<uintmax_t>(most, files() * 12'288);
  }
  EXPECT_LE(most, uintmax_t{1} << 20);
  EXPECT_GE(files() * 12'288, (uintmax_t{1} << 20) * 85 / 100);
  EXPECT_TRUE(cache.get(cache_key(299)));
  EXPECT_FALSE(cache.get(cache_key(0)));
}

TEST_F(FileCache, RefusesWhatItCannotUse) {
  EXPECT_NE(CacheUnderTest(host, "{}").error(), "");
  EXPECT_NE(CacheUnderTest(host, config_of("/proc/none/cache")).error(), "");
  EXPECT_NE(CacheUnderTest(host, config_of(path, R"(,"max_bytes":1000)")).error(), "");
  fs::create_directories(path);
  ::chmod(path.c_str(), 0777);
  EXPECT_NE(CacheUnderTest(host, config_of(path)).error(), "");
}

}  // namespace
}  // namespace claif::testing

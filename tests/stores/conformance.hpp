// What every suite of stores needs: a directory, a host, a fresh instance.
#pragma once

#include "stores/store_under_test.hpp"
#include "support/temp_dir.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace claif::test {

class StoreConformance : public ::testing::TestWithParam<StoreKind> {
 protected:
  using Records = std::vector<std::string>;

  StoreUnderTest open(const std::string& more = "") {
    return StoreUnderTest(host, GetParam(), dir, more);
  }
  static std::string record(int i) { return R"({"n":)" + std::to_string(i) + "}"; }
  static std::string id(int i) { return "id-" + std::to_string(i); }
  // Records 1 to `count`, with the ids id-1 and so on.
  static void fill(StoreUnderTest& store, int count, const std::string& session = "s") {
    for (int i = 1; i <= count; ++i)
      ASSERT_EQ(store.append_once(session, static_cast<uint64_t>(i - 1), id(i), record(i)),
                CLAIF_OK)
          << store.text;
  }
  static Records range(int from, int to) {
    Records out;
    for (int i = from; i <= to; ++i)
      out.push_back(record(i));
    return out;
  }

  TempDir temp;
  testing::FakeHost host;
  const std::string dir = (temp.path() / "sessions").string();
};

inline std::string store_name(const ::testing::TestParamInfo<StoreKind>& info) {
  return info.param.name;
}

#define CLAIF_FOR_EACH_STORE(suite) \
  INSTANTIATE_TEST_SUITE_P(, suite, ::testing::ValuesIn(all_stores()), store_name)

}  // namespace claif::test

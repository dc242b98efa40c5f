// Several instances, threads and processes on one store.
#include "stores/conformance.hpp"

#include <set>
#include <thread>

namespace claif::test {
namespace {

class StoreSharing : public StoreConformance {};

TEST_P(StoreSharing, InstancesSeeEachOthersRecordsAtOnce) {
  StoreUnderTest a = open(), b = open();
  for (int i = 1; i <= 20; ++i) {
    StoreUnderTest& writer = i % 3 == 0 ? a : b;
    ASSERT_EQ(writer.append_once("s", static_cast<uint64_t>(i - 1), id(i), record(i)), CLAIF_OK)
        << i << writer.text;
    StoreUnderTest& reader = i % 3 == 0 ? b : a;
    ASSERT_EQ(reader.read("s", static_cast<uint64_t>(i - 1)), CLAIF_OK);
    ASSERT_EQ(reader.records, range(i, i));
  }
  EXPECT_EQ(a.append_once("s", 19, "new", "{}"), CLAIF_E_CONFLICT);
  EXPECT_EQ(a.append_once("s", 20, id(2), record(2)), CLAIF_OK);  // written by the other
  EXPECT_EQ(a.value, "2");
}

TEST_P(StoreSharing, OneErasesWhatTheOtherUses) {
  StoreUnderTest a = open(), b = open();
  fill(a, 3);
  ASSERT_EQ(b.read("s", 0), CLAIF_OK);
  ASSERT_EQ(a.erase("s"), CLAIF_OK);
  EXPECT_EQ(b.read("s", 3), CLAIF_E_NOT_FOUND);
  EXPECT_EQ(b.append_once("s", 3, id(4), record(4)), CLAIF_E_CONFLICT);
  fill(a, 1);
  EXPECT_EQ(b.load("s"), CLAIF_OK);
  EXPECT_EQ(b.records, range(1, 1));
}

TEST_P(StoreSharing, OneCompactsWhatTheOtherUses) {
  StoreUnderTest a = open(), b = open();
  fill(a, 4);
  ASSERT_EQ(b.read("s", 0), CLAIF_OK);
  ASSERT_EQ(a.compact("s", 3, R"({"sum":3})"), CLAIF_OK);
  EXPECT_EQ(b.read("s", 2), CLAIF_OK) << b.text;
  EXPECT_EQ(b.records, (Records{R"({"sum":3})", record(4)}));
  EXPECT_EQ(b.append_once("s", 4, id(5), record(5)), CLAIF_OK) << b.text;
  EXPECT_EQ(a.append_once("s", 5, id(6), record(6)), CLAIF_OK) << a.text;
  EXPECT_EQ(a.read("s", 3), CLAIF_OK);
  EXPECT_EQ(a.records, range(4, 6));
}

// Each thread appends at the number that it saw last, as the host does.
TEST_P(StoreSharing, ThreadsLoseAndDoubleNothing) {
  constexpr int kEach = 15;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([this, t] {
      StoreUnderTest store = open(GetParam().makes_backups ? R"(,"lock_timeout":"60s")" : "");
      for (int i = 0; i < kEach; ++i) {
        const std::string name = "w" + std::to_string(t) + "-" + std::to_string(i);
        uint64_t expect = 0;
        for (;;) {
          if (store.read("s", CLAIF_SEQ_ANY) == CLAIF_OK) expect = store.count();
          const claif_status status =
              store.append_once("s", expect, name, R"({"id":")" + name + "\"}");
          if (status == CLAIF_OK) break;
          ASSERT_EQ(status, CLAIF_E_CONFLICT) << store.text;
        }
      }
    });
  for (std::thread& thread : threads)
    thread.join();
  StoreUnderTest store = open();
  ASSERT_EQ(store.load("s"), CLAIF_OK) << store.text;
  EXPECT_EQ(store.records.size(), size_t{4} * kEach);
  EXPECT_EQ(std::set<std::string>(store.records.begin(), store.records.end()).size(),
            size_t{4} * kEach);
  std::vector<int> next(4, 0);
  for (const std::string& stored : store.records) {  // in the order of each writer
    const auto t = static_cast<size_t>(stored.at(8) - '0');
    EXPECT_NE(stored.find("-" + std::to_string(next.at(t)++) + "\""), std::string::npos) << stored;
  }
}

CLAIF_FOR_EACH_STORE(StoreSharing);

}  // namespace
}  // namespace claif::test

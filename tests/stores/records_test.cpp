// What every session store does with records.
#include "stores/conformance.hpp"

#include <gmock/gmock.h>

namespace claif::test {
namespace {

using ::testing::HasSubstr;

class StoreRecords : public StoreConformance {};

TEST_P(StoreRecords, ReturnsRecordsByteForByte) {
  StoreUnderTest store = open();
  const Records kept{R"({"a": "x\ny ü € \u0000", "b" : [1.0, 1e5 ] })", "{}",
                     R"({"msgs":{"r":"}}"}})", R"({"x":")" + std::string(300'000, 'x') + "\"}"};
  for (const std::string& r : kept)
    EXPECT_EQ(store.append("s", CLAIF_SEQ_ANY, r), CLAIF_OK) << store.text;
  EXPECT_EQ(store.value, "4");
  EXPECT_EQ(store.load("s"), CLAIF_OK);
  EXPECT_EQ(store.records, kept);
  StoreUnderTest again = open();
  EXPECT_EQ(again.load("s"), CLAIF_OK);
  EXPECT_EQ(again.records, kept);
}

TEST_P(StoreRecords, AppendsOnlyAtTheExpectedNumber) {
  StoreUnderTest store = open();
  fill(store, 2);
  for (const uint64_t wrong : {0, 1, 3}) {
    EXPECT_EQ(store.append("s", wrong, "{}"), CLAIF_E_CONFLICT) << wrong;
    EXPECT_EQ(store.append_once("s", wrong, "new", "{}"), CLAIF_E_CONFLICT) << wrong;
  }
  EXPECT_EQ(store.append("t", 1, "{}"), CLAIF_E_CONFLICT);
  EXPECT_EQ(store.load("t"), CLAIF_E_NOT_FOUND);
  EXPECT_EQ(store.append("s", 2, "{}"), CLAIF_OK);
  EXPECT_EQ(store.append("t", 0, "{}"), CLAIF_OK);
}

TEST_P(StoreRecords, AnIdIsStoredOnce) {
  StoreUnderTest store = open();
  fill(store, 3);
  for (int again = 0; again < 2; ++again) {
    for (const uint64_t expect : {uint64_t{0}, uint64_t{1}, uint64_t{3}, CLAIF_SEQ_ANY}) {
      EXPECT_EQ(store.append_once("s", expect, "id-2", record(2)), CLAIF_OK) << store.text;
      EXPECT_EQ(store.value, "2");
    }
    EXPECT_EQ(store.load("s"), CLAIF_OK);
    EXPECT_EQ(store.records, range(1, 3));
  }
  StoreUnderTest other = open();
  EXPECT_EQ(other.append_once("s", 3, "id-1", record(1)), CLAIF_OK);
  EXPECT_EQ(other.value, "1");
  EXPECT_EQ(other.append_once("other", 0, "id-1", "{}"), CLAIF_OK);
  EXPECT_EQ(other.value, "1");
}

TEST_P(StoreRecords, ReadsWhatCameAfter) {
  StoreUnderTest store = open();
  fill(store, 5);
  for (int after = 0; after <= 5; ++after) {
    EXPECT_EQ(store.read("s", static_cast<uint64_t>(after)), CLAIF_OK);
    EXPECT_EQ(store.records, range(after + 1, 5));
    EXPECT_EQ(store.count(), 5u);
    EXPECT_EQ(store.base(), 0u);
  }
  EXPECT_EQ(store.read("s", CLAIF_SEQ_ANY), CLAIF_OK);
  EXPECT_TRUE(store.records.empty());
  EXPECT_EQ(store.count(), 5u);
  EXPECT_GE(std::stoull(member_of(store.value, "bytes")), 5 * record(1).size());
  EXPECT_EQ(store.read("t", 0), CLAIF_E_NOT_FOUND);
}

TEST_P(StoreRecords, AnEpochTellsSessionsOfOneIdApart) {
  StoreUnderTest store = open();
  fill(store, 2);
  store.read("s", 0);
  const std::string first = store.epoch();
  ASSERT_FALSE(first.empty());
  EXPECT_EQ(store.append_once("s", 2, "x", record(3), first), CLAIF_OK) << store.text;
  ASSERT_EQ(store.erase("s"), CLAIF_OK);
  fill(store, 3);
  store.read("s", 0);
  EXPECT_NE(store.epoch(), first);
  EXPECT_EQ(store.append_once("s", 3, "y", record(4), first), CLAIF_E_CONFLICT);
  EXPECT_EQ(store.append_once("s", CLAIF_SEQ_ANY, "y", record(4), first), CLAIF_E_CONFLICT);
  StoreUnderTest other = open();
  EXPECT_EQ(other.append_once("s", 3, "y", record(4), first), CLAIF_E_CONFLICT);
  EXPECT_EQ(other.load("s"), CLAIF_OK);
  EXPECT_EQ(other.records, range(1, 3));
}

TEST_P(StoreRecords, OneRecordStandsForManyAfterCompacting) {
  StoreUnderTest store = open();
  fill(store, 5);
  store.read("s", 0);
  const std::string epoch = store.epoch();
  EXPECT_EQ(store.compact("s", 6, R"({"sum":6})"), CLAIF_E_CONFLICT);
  ASSERT_EQ(store.compact("s", 3, R"({"sum":3})"), CLAIF_OK) << store.text;
  for (int look = 0; look < 2; ++look) {
    StoreUnderTest fresh = open();
    EXPECT_EQ(fresh.read("s", 0), CLAIF_OK) << fresh.text;
    EXPECT_EQ(fresh.records, (Records{R"({"sum":3})", record(4), record(5)}));
    EXPECT_EQ(fresh.count(), 5u);
    EXPECT_EQ(fresh.base(), 3u);
    EXPECT_EQ(fresh.epoch(), epoch);
    EXPECT_EQ(fresh.read("s", 4), CLAIF_OK);
    EXPECT_EQ(fresh.records, range(5, 5));
    EXPECT_EQ(fresh.load("s"), CLAIF_OK);
    EXPECT_EQ(fresh.records.size(), 3u);
    EXPECT_EQ(fresh.compact("s", 3, R"({"sum":"again"})"), CLAIF_OK);
    EXPECT_EQ(fresh.compact("s", 2, R"({"sum":"again"})"), CLAIF_OK);
  }
  EXPECT_EQ(store.append_once("s", 5, "id-6", record(6)), CLAIF_OK) << store.text;
  EXPECT_EQ(store.value, "6");
  EXPECT_EQ(store.append_once("s", 5, "id-5", record(5)), CLAIF_OK);
  EXPECT_EQ(store.value, "5");
  ASSERT_EQ(store.compact("s", 6, R"({"sum":6})"), CLAIF_OK) << store.text;
  EXPECT_EQ(store.read("s", 0), CLAIF_OK);
  EXPECT_EQ(store.records, Records{R"({"sum":6})"});
  EXPECT_EQ(store.count(), 6u);
  EXPECT_EQ(store.append("s", 6, record(7)), CLAIF_OK);
}

TEST_P(StoreRecords, RefusesOtherIdsAndRecords) {
  StoreUnderTest store = open();
  for (const std::string& bad :
       {std::string(), std::string("../s"), std::string("a/b"), std::string("a.b"),
        std::string("ü"), std::string(65, 'a'), std::string("a\0b", 3)}) {
    EXPECT_EQ(store.append(bad, 0, "{}"), CLAIF_E_ARG) << bad;
    EXPECT_EQ(store.append_once(bad, 0, "x", "{}"), CLAIF_E_ARG);
    EXPECT_EQ(store.append_once("s", 0, bad, "{}"), CLAIF_E_ARG);
    EXPECT_EQ(store.load(bad), CLAIF_E_ARG);
    EXPECT_EQ(store.read(bad, 0), CLAIF_E_ARG);
    EXPECT_EQ(store.erase(bad), CLAIF_E_ARG);
    EXPECT_EQ(store.restore(bad, CLAIF_RESTORE_TRASH),
              GetParam().name == "memory" ? CLAIF_E_NOT_FOUND : CLAIF_E_ARG);
  }
  for (const char* bad : {"", "[]", "{\n}", "{} "})
    EXPECT_EQ(store.append("s", 0, bad), CLAIF_E_ARG);
  EXPECT_EQ(store.load("s"), CLAIF_E_NOT_FOUND);
  EXPECT_EQ(store.append(std::string(64, 'a'), 0, "{}"), CLAIF_OK);
}

TEST_P(StoreRecords, ErasedSessionsComeBackFromTheTrashForADay) {
  StoreUnderTest store = open();
  fill(store, 3);
  EXPECT_EQ(store.erase("t"), CLAIF_E_NOT_FOUND);
  EXPECT_EQ(store.restore("s", CLAIF_RESTORE_TRASH), CLAIF_E_NOT_FOUND);
  ASSERT_EQ(store.erase("s"), CLAIF_OK);
  EXPECT_EQ(store.load("s"), CLAIF_E_NOT_FOUND);
  EXPECT_EQ(store.erase("s"), CLAIF_E_NOT_FOUND);
  ASSERT_EQ(store.restore("s", CLAIF_RESTORE_TRASH), CLAIF_OK) << store.text;
  EXPECT_EQ(store.value, "3");
  EXPECT_EQ(store.load("s"), CLAIF_OK);
  EXPECT_EQ(store.records, range(1, 3));
  EXPECT_EQ(store.append_once("s", 3, "id-4", record(4)), CLAIF_OK);
  ASSERT_EQ(store.erase("s"), CLAIF_OK);
  fill(store, 1);
  EXPECT_EQ(store.restore("s", CLAIF_RESTORE_TRASH), CLAIF_E_CONFLICT);
  ASSERT_EQ(store.erase("s"), CLAIF_OK);
  host.advance(std::chrono::hours(23));
  EXPECT_EQ(store.maintain(), CLAIF_OK);
  ASSERT_EQ(store.restore("s", CLAIF_RESTORE_TRASH), CLAIF_OK) << store.text;
  EXPECT_EQ(store.value, "1");  // the last one
  ASSERT_EQ(store.erase("s"), CLAIF_OK);
  host.advance(std::chrono::hours(24));
  EXPECT_EQ(store.maintain(), CLAIF_OK) << store.text;
  EXPECT_EQ(store.restore("s", CLAIF_RESTORE_TRASH), CLAIF_E_NOT_FOUND);
}

TEST_P(StoreRecords, ListsNewestFirstInPages) {
  StoreUnderTest store = open();
  for (const char* session : {"a", "b", "c", "d", "e"}) {
    store.append(session, 0, "{}");
    host.advance(std::chrono::seconds(1));
  }
  store.append("b", 1, "{}");
  Records ids;
  std::string cursor;
  do {
    ASSERT_EQ(store.list(cursor, 2), CLAIF_OK) << store.text;
    ASSERT_LE(store.items.size(), 2u);
    for (const std::string& item : store.items) {
      ids.push_back(member_of(item, "id"));
      EXPECT_EQ(member_of(item, "records"), ids.back() == "b" ? "2" : "1") << item;
    }
    cursor = store.value;
  } while (!cursor.empty());
  EXPECT_EQ(ids, (Records{"b", "e", "d", "c", "a"}));
}

TEST_P(StoreRecords, SaysThatItHasTheLaterFunctions) {
  EXPECT_EQ(open().table().size, sizeof(claif_store_v1));
  EXPECT_NE(open().table().maintain, nullptr);
}

CLAIF_FOR_EACH_STORE(StoreRecords);

}  // namespace
}  // namespace claif::test

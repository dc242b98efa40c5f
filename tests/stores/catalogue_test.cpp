// What every session store lists and finds.
#include "stores/conformance.hpp"

#include <gmock/gmock.h>

namespace claif::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class StoreCatalogue : public StoreConformance {
 protected:
  // A session of one record, described.
  void add(StoreUnderTest& store,
           const std::string& session,
           const std::string& listing,
           const std::string& title,
           const std::string& text) {
    ASSERT_EQ(store.append(session, 0, "{}"), CLAIF_OK) << store.text;
    ASSERT_EQ(store.describe(session, 1, listing, title, text), CLAIF_OK) << store.text;
    host.advance(std::chrono::seconds(1));
  }
  static Records undescribed_ids(StoreUnderTest& store) {
    EXPECT_EQ(store.undescribed(), CLAIF_OK) << store.text;
    Records out;
    for (const std::string& item : store.items)
      out.push_back(member_of(item, "id"));
    return out;
  }
};

TEST_P(StoreCatalogue, FindsByWordsOfTitleAndText) {
  StoreUnderTest store = open();
  add(store, "trip", "{}", "A trip to Oslo", "How warm is it in Norway?");
  add(store, "code", "{}", "Parsers", "The grammar of C++ in Oslo style");
  add(store, "other", "{}", "", "Nothing");
  EXPECT_THAT(store.found("oslo"), ElementsAre("trip", "code"));  // the title counts more
  EXPECT_THAT(store.found("WARM norway"), ElementsAre("trip"));
  EXPECT_THAT(store.found("oslo parsers"), IsEmpty());
  EXPECT_THAT(store.found("c++"), ElementsAre("code"));
  EXPECT_THAT(store.found("missing"), IsEmpty());
  // Whatever is asked, it is words.
  for (const char* odd : {"\"", "oslo\" OR \"x", "title:trip", "NEAR(a b)", "a*", "-", "^", "'"})
    EXPECT_LE(store.found(odd).size(), 3u) << odd;
}

TEST_P(StoreCatalogue, FindsByMembersOfTheListing) {
  StoreUnderTest store = open();
  add(store, "a", R"({"owner":"me","metadata":{"project":"x","n":1},"done":true})", "one", "");
  add(store, "b", R"({"owner":"me","metadata":{"project":"y","n":2.5},"done":false})", "two", "");
  add(store, "c", R"({"owner":"you","metadata":{"project":"x"},"it's":"q"})", "three", "");
  EXPECT_THAT(store.found("", R"({"owner":"me"})"), ElementsAre("b", "a"));
  EXPECT_THAT(store.found("", R"({"metadata":{"project":"x"}})"), ElementsAre("c", "a"));
  EXPECT_THAT(store.found("", R"({"owner":"me","metadata":{"project":"x"}})"), ElementsAre("a"));
  EXPECT_THAT(store.found("", R"({"metadata":{"n":1}})"), ElementsAre("a"));
  EXPECT_THAT(store.found("", R"({"metadata":{"n":"1"}})"), IsEmpty());
  EXPECT_THAT(store.found("", R"({"metadata":{"n":2.5}})"), ElementsAre("b"));
  EXPECT_THAT(store.found("", R"({"done":true})"), ElementsAre("a"));
  EXPECT_THAT(store.found("", R"({"it's":"q"})"), ElementsAre("c"));
  EXPECT_THAT(store.found("", R"({"x\" OR 1=1 --":"q"})"), IsEmpty());
  EXPECT_THAT(store.found("one", R"({"owner":"me"})"), ElementsAre("a"));
  EXPECT_THAT(store.found("one", R"({"owner":"you"})"), IsEmpty());
  claif_query query{};
  query.size = sizeof query;
  query.limit = 5;
  for (const char* bad : {"[]", "{", "1"}) {
    query.match = sdk::str(bad);
    EXPECT_EQ(store.find(query), CLAIF_E_ARG) << bad;
  }
}

TEST_P(StoreCatalogue, FindsByTheTimeOfTheLastChange) {
  StoreUnderTest store = open();
  add(store, "old", "{}", "", "");
  add(store, "new", "{}", "", "");
  claif_query query{};
  query.size = sizeof query;
  query.limit = 5;
  ASSERT_EQ(store.find(query), CLAIF_OK);
  ASSERT_EQ(store.items.size(), 2u);
  const int64_t newest = std::stoll(member_of(store.items[0], "updated_ms"));
  query.since_ms = newest;
  ASSERT_EQ(store.find(query), CLAIF_OK);
  ASSERT_EQ(store.items.size(), 1u);
  EXPECT_EQ(member_of(store.items[0], "id"), "new");
  query.since_ms = 0;
  query.until_ms = newest;
  ASSERT_EQ(store.find(query), CLAIF_OK);
  ASSERT_EQ(store.items.size(), 1u);
  EXPECT_EQ(member_of(store.items[0], "id"), "old");
}

TEST_P(StoreCatalogue, ShowsTheListingInPages) {
  StoreUnderTest store = open();
  for (int i = 0; i < 7; ++i)
    add(store, "s" + std::to_string(i), R"({"i":)" + std::to_string(i) + "}", "t", "word");
  const std::vector<std::string> newest{"s6", "s5", "s4", "s3", "s2", "s1", "s0"};
  EXPECT_EQ(store.found("", "", 3), newest);
  EXPECT_THAT(store.found("word", "", 3), ::testing::UnorderedElementsAreArray(newest));
  EXPECT_EQ(store.found("", R"({"i":3})", 1), std::vector<std::string>{"s3"});
  claif_query query{};
  query.size = sizeof query;
  query.limit = 1;
  ASSERT_EQ(store.find(query), CLAIF_OK);
  EXPECT_EQ(member_of(store.items.at(0), "listing"), R"({"i":6})");
  EXPECT_EQ(member_of(store.items.at(0), "records"), "1");
}

TEST_P(StoreCatalogue, KnowsWhichSessionsNeedADescription) {
  StoreUnderTest store = open();
  fill(store, 2, "a");
  fill(store, 1, "b");
  EXPECT_THAT(undescribed_ids(store), UnorderedElementsAre("a", "b"));
  ASSERT_EQ(store.describe("a", 1, "{}"), CLAIF_OK) << store.text;
  EXPECT_THAT(undescribed_ids(store), UnorderedElementsAre("a", "b"));
  ASSERT_EQ(store.describe("a", 2, "{}"), CLAIF_OK);
  ASSERT_EQ(store.describe("b", 1, "{}"), CLAIF_OK);
  EXPECT_THAT(undescribed_ids(store), IsEmpty());
  StoreUnderTest other = open();
  EXPECT_THAT(undescribed_ids(other), IsEmpty());
  ASSERT_EQ(other.append("b", 1, "{}"), CLAIF_OK);
  EXPECT_THAT(undescribed_ids(store), ElementsAre("b"));
  EXPECT_EQ(member_of(store.items.at(0), "described"), "1");
  EXPECT_EQ(member_of(store.items.at(0), "records"), "2");
  ASSERT_EQ(store.undescribed(0), CLAIF_OK);
  EXPECT_THAT(store.items, IsEmpty());
}

TEST_P(StoreCatalogue, AddsTextOrReplacesIt) {
  StoreUnderTest store = open();
  fill(store, 4);
  ASSERT_EQ(store.describe("s", 1, "{}", "", "alpha", 0), CLAIF_OK);
  ASSERT_EQ(store.describe("s", 3, "{}", "", "beta", 1), CLAIF_OK) << store.text;
  EXPECT_EQ(store.found("alpha").size(), 1u);
  EXPECT_EQ(store.found("beta").size(), 1u);
  EXPECT_EQ(store.describe("s", 5, "{}", "", "gamma", 4), CLAIF_E_CONFLICT);
  EXPECT_EQ(store.describe("s", 2, R"({"old":1})", "", "delta", 1), CLAIF_OK);
  EXPECT_THAT(store.found("delta"), IsEmpty());
  EXPECT_THAT(store.found("", R"({"old":1})"), IsEmpty());
  ASSERT_EQ(store.describe("s", 4, "{}", "", "epsilon", 0), CLAIF_OK);
  EXPECT_THAT(store.found("alpha"), IsEmpty());
  EXPECT_EQ(store.found("epsilon").size(), 1u);
  ASSERT_EQ(store.describe("s", 4, "{}", "", "again", 0), CLAIF_OK);
  EXPECT_EQ(store.found("again").size(), 1u);
  EXPECT_EQ(store.describe("none", 1, "{}"), CLAIF_E_NOT_FOUND);
}

TEST_P(StoreCatalogue, ForgetsErasedSessionsAndTheirEpoch) {
  StoreUnderTest store = open();
  add(store, "s", R"({"v":1})", "title", "alpha");
  store.read("s", 0);
  const std::string first = store.epoch();
  ASSERT_EQ(store.erase("s"), CLAIF_OK);
  EXPECT_THAT(store.found("alpha"), IsEmpty());
  EXPECT_THAT(store.found(""), IsEmpty());
  fill(store, 1);
  EXPECT_THAT(undescribed_ids(store), ElementsAre("s"));
  EXPECT_EQ(store.describe("s", 1, "{}", "", "beta", 0, first), CLAIF_E_CONFLICT);
  EXPECT_THAT(store.found("beta"), IsEmpty());
}

TEST_P(StoreCatalogue, FindsARestoredSession) {
  StoreUnderTest store = open();
  add(store, "s", R"({"v":1})", "title", "alpha");
  ASSERT_EQ(store.erase("s"), CLAIF_OK);
  ASSERT_EQ(store.restore("s", CLAIF_RESTORE_TRASH), CLAIF_OK);
  if (!undescribed_ids(store).empty()) {  // it may have forgotten the description
    ASSERT_EQ(store.describe("s", 1, R"({"v":1})", "title", "alpha"), CLAIF_OK);
  }
  EXPECT_THAT(store.found("alpha"), ElementsAre("s"));
}

CLAIF_FOR_EACH_STORE(StoreCatalogue);

}  // namespace
}  // namespace claif::test

// Responses that are kept in a session store: whose they are, and which they follow.
#include "session/response_store.hpp"

#include "pipeline/pipeline_rig.hpp"
#include "support/json_difference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

using session::ResponseChain;
using session::ResponseRecord;
using session::ResponseStore;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Millis kTimeout{1'000};

class ResponseStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { rig.use_store(); }
  ResponseStore store(const std::string& owner) {
    return {rig.pipeline().site(*rig.store.slot), kTimeout, owner};
  }
  // What `task` ends with, as far as no time passes.
  template <class T>
  T result_of(Task<T> task) {
    std::optional<T> out;
    spawn(wait_for(std::move(task), out));
    rig.loop.settle();
    return out ? std::move(*out) : T(fail(Errc::timeout, "it did not end"));
  }
  Result<void> keep(const std::string& id,
                    const std::string& previous = "",
                    const std::string& owner = "me") {
    ResponseStore mine = store(owner);
    return result_of(
        mine.keep(id, {previous, "", R"([{"id":"in_)" + id + R"("}])", R"({"output":[]})"}));
  }
  Result<ResponseChain> chain(const std::string& id, size_t most = 10'000) {
    ResponseStore mine = store("me");
    return result_of(mine.chain(id, most));
  }

  PipelineRig rig;

 private:
  template <class T>
  static Task<void> wait_for(Task<T> task, std::optional<T>& out) {
    T result = co_await std::move(task);
    out.emplace(std::move(result));
  }
};

TEST_F(ResponseStoreTest, FindsWhatItKept) {
  ASSERT_TRUE(keep("resp_1"));
  ResponseStore mine = store("me");
  const auto found = result_of(mine.find("resp_1"));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->input, R"([{"id":"in_resp_1"}])");
  EXPECT_EQ(result_of(mine.find("resp_2")).error().code, Errc::not_found);
}

TEST_F(ResponseStoreTest, KeepsOneOfAName) {
  ASSERT_TRUE(keep("resp_1"));
  EXPECT_EQ(keep("resp_1").error().code, Errc::conflict);
  EXPECT_EQ(rig.store->sessions["resp_1"].size(), 1u);
}

TEST_F(ResponseStoreTest, ShowsNothingToOthers) {
  ASSERT_TRUE(keep("resp_1"));
  ResponseStore other = store("other");
  EXPECT_EQ(result_of(other.find("resp_1")).error().code, Errc::not_found);
  EXPECT_EQ(result_of(other.erase("resp_1")).error().code, Errc::not_found);
  const auto chain = result_of(other.chain("resp_1", 10'000));
  ASSERT_TRUE(chain);
  EXPECT_EQ(chain->missing, "resp_1");
  EXPECT_TRUE(chain->responses.empty());
  EXPECT_EQ(rig.store->sessions.size(), 1u);
}

TEST_F(ResponseStoreTest, WritesNoKeyDownAndNothingThatTellsEqualKeys) {
  ASSERT_TRUE(keep("resp_1", "", "my-key-1234"));
  ASSERT_TRUE(keep("resp_2", "", "my-key-1234"));
  const std::string first = rig.store->sessions["resp_1"].at(0);
  EXPECT_THAT(first, Not(HasSubstr("my-key-1234")));
  const std::string owner(json::string_or(parsed(first), "owner"));
  EXPECT_EQ(owner.size(), 64u);
  EXPECT_THAT(rig.store->sessions["resp_2"].at(0), Not(HasSubstr(owner)));
}

TEST_F(ResponseStoreTest, ErasesWhatItKept) {
  ASSERT_TRUE(keep("resp_1"));
  ResponseStore mine = store("me");
  EXPECT_TRUE(result_of(mine.erase("resp_1")));
  EXPECT_EQ(result_of(mine.erase("resp_1")).error().code, Errc::not_found);
  EXPECT_TRUE(rig.store->sessions.empty());
}

TEST_F(ResponseStoreTest, FollowsAChainToItsBeginning) {
  ASSERT_TRUE(keep("resp_1"));
  ASSERT_TRUE(keep("resp_2", "resp_1"));
  ASSERT_TRUE(keep("resp_3", "resp_2"));
  const auto found = chain("resp_3");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->missing, "");
  std::string inputs;
  for (const ResponseRecord& response : found->responses)
    inputs += response.input;
  EXPECT_EQ(inputs, R"([{"id":"in_resp_1"}][{"id":"in_resp_2"}][{"id":"in_resp_3"}])");
}

TEST_F(ResponseStoreTest, SaysWhichOfAChainIsGone) {
  ASSERT_TRUE(keep("resp_1"));
  ASSERT_TRUE(keep("resp_2", "resp_1"));
  ASSERT_TRUE(keep("resp_3", "resp_2"));
  rig.store->sessions.erase("resp_2");
  const auto found = chain("resp_3");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->missing, "resp_2");
  EXPECT_EQ(found->responses.size(), 1u);
}

TEST_F(ResponseStoreTest, ReadsNoChainWithoutAnEnd) {
  ASSERT_TRUE(keep("resp_1", "resp_2"));
  ASSERT_TRUE(keep("resp_2", "resp_1"));
  EXPECT_EQ(chain("resp_2").error().code, Errc::too_large);
}

TEST_F(ResponseStoreTest, ReadsNoMoreThanItMay) {
  ASSERT_TRUE(keep("resp_1"));
  ASSERT_TRUE(keep("resp_2", "resp_1"));
  const size_t one = std::string(R"([{"id":"in_resp_1"}]{"output":[]})").size();
  EXPECT_TRUE(chain("resp_2", 2 * one));
  EXPECT_EQ(chain("resp_2", 2 * one - 1).error().code, Errc::too_large);
}

TEST_F(ResponseStoreTest, PassesTheFaultsOfTheStoreOn) {
  rig.store->load_mood = Mood::throws;
  EXPECT_EQ(chain("resp_1").error().code, Errc::internal);
  rig.store->append_mood = Mood::throws;
  EXPECT_EQ(keep("resp_1").error().code, Errc::internal);
}

}  // namespace
}  // namespace claif::test

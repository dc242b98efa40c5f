#include "session/response_record.hpp"

#include <string>

#include <gtest/gtest.h>

namespace claif::session {
namespace {

const ResponseRecord kRecord{"resp_0", "h1", R"([{"id":"a"},{"id":"b"}])",
                             R"({"output":[{"id":"c"}]})"};

TEST(ResponseRecord, ComesBackToItsOwner) {
  const std::string record = encode_response_record(kRecord, "me");
  EXPECT_EQ(record.find('\n'), std::string::npos);
  const auto back = decode_response_record(record, "me");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->previous, kRecord.previous);
  EXPECT_EQ(back->head, kRecord.head);
  EXPECT_EQ(back->input, kRecord.input);
  EXPECT_EQ(back->object, kRecord.object);
}

TEST(ResponseRecord, IsNotThereForOthers) {
  const std::string record = encode_response_record(kRecord, "me");
  for (const char* other : {"", "m", "me2", "ME"}) {
    const auto back = decode_response_record(record, other);
    ASSERT_FALSE(back) << other;
    EXPECT_EQ(back.error().code, Errc::not_found);
  }
}

TEST(ResponseRecord, MayNestAsDeeplyAsARequest) {
  const std::string deep = std::string(60, '[') + std::string(60, ']');
  const auto back = decode_response_record(
      encode_response_record({"", "", R"([{"id":"a"}])", R"({"output":[],"tools":)" + deep + "}"},
                             ""),
      "");
  ASSERT_TRUE(back);
  std::string items;
  EXPECT_TRUE(append_output(*back, items));
}

TEST(ResponseRecord, GivesTheItemsOfAConversation) {
  std::string items;
  ASSERT_TRUE(append_input(kRecord, items));
  ASSERT_TRUE(append_output(kRecord, items));
  EXPECT_EQ(items, R"({"id":"a"},{"id":"b"},{"id":"c"})");
}

TEST(ResponseRecord, ThatIsNoneIsDamage) {
  for (const char* text : {"", "[]", "{}", R"({"owner":"me"})", R"({"owner":"me","input":"[]"})",
                           R"({"owner":"me","input":[],"response":{}})"}) {
    const auto back = decode_response_record(text, "me");
    ASSERT_FALSE(back) << text;
    EXPECT_EQ(back.error().code, Errc::internal) << text;
  }
  std::string items;
  EXPECT_FALSE(append_input({"", "", "{}", "{}"}, items));
  EXPECT_FALSE(append_output({"", "", "[]", "{}"}, items));
  EXPECT_FALSE(append_output({"", "", "[]", "x"}, items));
}

}  // namespace
}  // namespace claif::session

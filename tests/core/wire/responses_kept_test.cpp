// What GET shows of responses that were kept.
#include "wire/responses_kept.hpp"

#include "support/vector_compare.hpp"
#include "wire/openai_error.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace claif::wire {
namespace {

using test::parsed;

// a to e, as they came.
const std::string kItems =
    R"({"id":"a","type":"message"},{"id":"b","type":"message"},{"id":"c","type":"message"},)"
    R"({"id":"d","type":"message"},{"id":"e","type":"message"})";

struct Page {
  std::string ids, first, last;
  bool more = false;
};

Page page_of(const Result<std::string>& json) {
  Page out;
  if (!json) {
    ADD_FAILURE() << json.error().message;
    return out;
  }
  const auto doc = parsed(*json);
  EXPECT_EQ(json::string_or(doc, "object"), "list");
  for (const auto& item : doc["data"].GetArray())
    out.ids += json::string_or(item, "id");
  out.first = json::string_or(doc, "first_id");
  out.last = json::string_or(doc, "last_id");
  out.more = doc["has_more"].GetBool();
  return out;
}

ItemsQuery query(std::optional<std::string> limit,
                 std::optional<std::string> order,
                 std::optional<std::string> after) {
  return {std::move(limit), std::move(order), std::move(after), false};
}

TEST(InputItems, BeginWithTheNewest) {
  const Page page = page_of(list_input_items(kItems, {}));
  EXPECT_EQ(page.ids, "edcba");
  EXPECT_EQ(page.first, "e");
  EXPECT_EQ(page.last, "a");
  EXPECT_FALSE(page.more);
}

TEST(InputItems, ComeInPagesThatFollowEachOther) {
  for (const std::string order : {"asc", "desc"}) {
    std::string all;
    std::optional<std::string> after;
    for (int pages = 0; pages < 3; ++pages) {
      const Page page = page_of(list_input_items(kItems, query("2", order, after)));
      EXPECT_EQ(page.more, pages < 2) << order;
      all += page.ids;
      after = page.last;
    }
    EXPECT_EQ(all, order == "asc" ? "abcde" : "edcba");
  }
}

TEST(InputItems, MayBeNone) {
  for (const Page& page : {page_of(list_input_items("", {})),
                           page_of(list_input_items(kItems, query({}, "asc", "e")))}) {
    EXPECT_EQ(page.ids, "");
    EXPECT_EQ(page.first, "");
    EXPECT_FALSE(page.more);
  }
}

TEST(InputItems, AreTwentyUnlessMoreAreAskedFor) {
  std::string many;
  for (int i = 0; i < 101; ++i)
    many += (i == 0 ? "" : ",") + std::string(R"({"id":"x"})");
  EXPECT_EQ(page_of(list_input_items(many, {})).ids.size(), 20u);
  EXPECT_EQ(page_of(list_input_items(many, query("100", {}, {}))).ids.size(), 100u);
}

TEST(InputItems, NameTheParameterThatIsWrong) {
  const std::vector<std::pair<ItemsQuery, std::string>> wrongs{
      {query("0", {}, {}), "limit"},      {query("101", {}, {}), "limit"},
      {query("-1", {}, {}), "limit"},     {query("1.5", {}, {}), "limit"},
      {query("", {}, {}), "limit"},       {query("9x", {}, {}), "limit"},
      {query({}, "newest", {}), "order"}, {query({}, {}, "z"), "after"},
      {query({}, {}, ""), "after"},
  };
  for (const auto& [wrong, param] : wrongs) {
    const auto page = list_input_items(kItems, wrong);
    ASSERT_FALSE(page) << param;
    EXPECT_EQ(page.error().param, param);
    EXPECT_EQ(page.error().reason, "invalid_value");
  }
}

TEST(InputItems, ShowEncryptedContentOnlyWhenAsked) {
  const std::string items = R"({"id":"r","type":"reasoning","encrypted_content":"secret"})";
  EXPECT_EQ(list_input_items(items, {})->find("secret"), std::string::npos);
  ItemsQuery all;
  all.encrypted = true;
  EXPECT_NE(list_input_items(items, all)->find("secret"), std::string::npos);
}

TEST(KeptResponse, ShowsEncryptedContentOnlyWhenAsked) {
  const std::string kept =
      R"({"id":"resp_1","store":true,"output":[{"type":"reasoning","encrypted_content":"secret"},)"
      R"({"type":"message"}],"usage":{"total_tokens":3}})";
  EXPECT_EQ(*show_response(kept, true, true), kept);
  EXPECT_EQ(*show_response(kept, false, false),
            R"({"id":"resp_1","store":false,"output":[{"type":"reasoning"},)"
            R"({"type":"message"}],"usage":{"total_tokens":3}})");
}

TEST(KeptResponse, ThatIsNotThereIs404) {
  const Error error = response_not_found("resp_1", "set it");
  EXPECT_EQ(http_status(error), 404);
  const auto body = parsed(encode_error(error));
  EXPECT_EQ(json::string_or(body["error"], "type"), "invalid_request_error");
  EXPECT_EQ(json::string_or(body["error"], "param"), "response_id");
  EXPECT_EQ(json::string_or(body["error"], "code"), "not_found");
  EXPECT_EQ(json::string_or(body["error"], "message"),
            "Response with id 'resp_1' not found. (set it)");
}

TEST(ResponsesTerms, NameTheParametersOfThisApi) {
  const std::vector<std::pair<std::string, std::string>> names{
      {"messages", "input"},
      {"max_tokens", "max_output_tokens"},
      {"response_format", "text.format"},
      {"reasoning_effort", "reasoning.effort"},
      {"tools", "tools"},
      {"", ""},
  };
  for (const auto& [chat, responses] : names) {
    Error error;
    error.param = chat;
    EXPECT_EQ(in_responses_terms(error).param, responses);
  }
}

}  // namespace
}  // namespace claif::wire

#include "base/json_scan.hpp"

#include "base/json.hpp"

#include <random>

#include <gtest/gtest.h>

namespace claif {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// Key literals and values, as they stand in the text.
Pairs members(std::string_view text) {
  Pairs out;
  for (json::Members member(text); member.next();) {
    const std::string_view whole = member.whole().of(text);
    const std::string_view value = member.value().of(text);
    out.emplace_back(whole.substr(0, whole.find('"', 1) + 1), value);
  }
  return out;
}

std::vector<std::string> elements(std::string_view text) {
  std::vector<std::string> out;
  for (json::Elements element(text, {0, text.size()}); element.next();)
    out.emplace_back(element.element().of(text));
  return out;
}

TEST(JsonScan, FindsMembersWhereTheyAre) {
  EXPECT_EQ(members(R"( { "a" : [1, {"b":2}] ,"c":"}\"," , "d":-1.5e3,"e" :null} )"),
            (Pairs{{"\"a\"", R"([1, {"b":2}])"},
                   {"\"c\"", R"("}\",")"},
                   {"\"d\"", "-1.5e3"},
                   {"\"e\"", "null"}}));
  EXPECT_EQ(members("{}"), Pairs{});
  EXPECT_EQ(members("[1]"), Pairs{});
}

TEST(JsonScan, FindsElementsWhereTheyAre) {
  EXPECT_EQ(elements(R"([ "a,]" , {"b":[1,2]},[ ],true ])"),
            (std::vector<std::string>{R"("a,]")", R"({"b":[1,2]})", "[ ]", "true"}));
  EXPECT_TRUE(elements("[ ]").empty());
  EXPECT_TRUE(elements("{}").empty());
}

TEST(JsonScan, BackslashesBeforeAQuoteAreCounted) {
  EXPECT_EQ(elements(R"(["a\\","b\\\"","c"])"),
            (std::vector<std::string>{R"("a\\")", R"("b\\\"")", R"("c")"}));
}

TEST(JsonScan, ComparesKeysByWhatTheyMean) {
  json::Members member(R"({"mod\u0065l":1})");
  ASSERT_TRUE(member.next());
  EXPECT_TRUE(member.is("model"));
  EXPECT_FALSE(member.is("mod"));
}

TEST(JsonScan, UnquotesLiterals) {
  EXPECT_EQ(json::unquote(R"("a\n\u00fc")"), "a\nü");
  EXPECT_EQ(json::unquote(R"("plain")"), "plain");
  EXPECT_EQ(json::unquote("12"), "");
  EXPECT_EQ(json::unquote(""), "");
}

TEST(JsonScan, BlanksInStringsStay) {
  EXPECT_EQ(json::without_blanks("{ \"a b\" :\n[ 1 ,\t\" \\\" \" ] }"), "{\"a b\":[1,\" \\\" \"]}");
}

// Whatever the text, a walk ends and stays inside of it.
TEST(JsonScan, EndsOnTextThatIsNoJson) {
  std::mt19937 random(7);
  const std::string_view characters = R"({}[]",:\ 1a)";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (size_t i = random() % 16; i > 0; --i)
      text += characters[random() % characters.size()];
    for (json::Members member(text); member.next();) {
      ASSERT_LE(member.whole().end, text.size()) << text;
      ASSERT_LE(member.value().begin, member.value().end) << text;
    }
    for (json::Elements element(text, {0, text.size()}); element.next();)
      ASSERT_LE(element.element().end, text.size()) << text;
    ASSERT_LE(json::without_blanks(text).size(), text.size());
  }
}

TEST(JsonCheck, FindsWhatParseFinds) {
  const std::string zero("{}\0", 3);
  for (const std::string& bad :
       {std::string(), std::string("{"), std::string("{} x"), std::string("\xff"), zero,
        std::string(R"(["\ud83d"])"), std::string(200, '[')}) {
    const auto checked = json::check(bad);
    ASSERT_FALSE(checked) << bad;
    EXPECT_EQ(checked.error().message, json::parse(bad).error().message);
  }
  EXPECT_TRUE(
      json::check(R"( {"a":[1,2.5,"\ud83d\ude42"],"big":123456789012345678901234567890} )"));
}

}  // namespace
}  // namespace claif

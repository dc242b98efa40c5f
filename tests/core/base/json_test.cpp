#include "base/json.hpp"

#include "base/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::json {
namespace {

using testing::HasSubstr;

std::string nested(char open, char close, size_t levels) {
  return std::string(levels, open) + std::string(levels, close);
}

TEST(Json, ParsesTo64LevelsAndNoDeeper) {
  EXPECT_TRUE(parse(nested('[', ']', limits::kJsonDepth)));
  const auto deeper = parse(nested('[', ']', limits::kJsonDepth + 1));
  ASSERT_FALSE(deeper);
  EXPECT_THAT(deeper.error().message, HasSubstr("nests deeper than 64 levels"));
  EXPECT_FALSE(parse(std::string(4'000'000, '[')));
  std::string objects;
  for (int i = 0; i < 65; ++i)
    objects += R"({"a":)";
  EXPECT_FALSE(parse(objects + "1" + std::string(65, '}')));
}

TEST(Json, SaysWhereATextStopsBeingJson) {
  const auto doc = parse(R"({"a":1,})");
  ASSERT_FALSE(doc);
  EXPECT_EQ(doc.error().code, Errc::invalid_request);
  EXPECT_THAT(doc.error().message, HasSubstr("not JSON at byte 7"));
  for (const std::string text :
       {"", " ", "nul", "{}x", "'a'", "[1,]", "{\"a\"}", "\"\\ud800\"", "01"})
    EXPECT_FALSE(parse(text)) << text;
}

TEST(Json, RefusesTextThatIsNotUtf8) {
  const auto doc = parse("\"\xff\"");
  ASSERT_FALSE(doc);
  EXPECT_THAT(doc.error().message, HasSubstr("not valid UTF-8"));
}

TEST(Json, RefusesHalfACharacterThatIsEscaped) {
  for (const std::string text :
       {R"("\udc00")", R"({"a":["\uDFFF"]})", R"({"\udead":1})", R"("\ud83d\ude00\udc00")"}) {
    const auto doc = parse(text);
    ASSERT_FALSE(doc) << text;
    EXPECT_THAT(doc.error().message, HasSubstr("surrogate"));
  }
  for (const std::string text : {R"("\ud83d\ude00")", R"("\\udc00")", R"("\u00e9")"})
    EXPECT_TRUE(parse(text)) << text;
}

TEST(Json, KnowsHowDeepAValueNests) {
  const auto doc = parse(R"({"a":[[],{"b":1}]})");
  EXPECT_TRUE(is_within(doc->root(), 3));
  EXPECT_FALSE(is_within(doc->root(), 2));
}

TEST(Json, OutlivesAMove) {
  auto first = parse(R"({"name":"a value that is not short at all, so it lies on the heap"})");
  const Document second = std::move(*first);
  EXPECT_THAT(std::string(string_or(second.root(), "name")), HasSubstr("on the heap"));
}

// Every length around a block of 16 bytes, with what ends or interrupts plain text at every place.
TEST(Json, ReadsStringsOfEveryLengthAndEscape) {
  const std::vector<std::pair<std::string, std::string>> pieces{{"", ""},
                                                                {R"(\n)", "\n"},
                                                                {R"(\")", "\""},
                                                                {R"(\\)", "\\"},
                                                                {R"(\/)", "/"},
                                                                {R"(\u00e9)", "é"},
                                                                {R"(\ud83d\ude00)", "😀"},
                                                                {"é", "é"},
                                                                {R"(\b\f\r\t)", "\b\f\r\t"}};
  for (size_t size = 0; size < 70; ++size)
    for (size_t at = 0; at <= size; at += size < 20 ? 1 : 7)
      for (const auto& [written, read] : pieces) {
        const std::string before(at, 'a'), after(size - at, 'b');
        const auto doc = parse("[\"" + before + written + after + "\",\"next\"]");
        ASSERT_TRUE(doc) << size << ' ' << at << ' ' << written;
        ASSERT_EQ(text(doc->root()[0]), before + read + after);
        ASSERT_EQ(text(doc->root()[1]), "next");
      }
}

TEST(Json, RefusesEveryControlCharacterInAString) {
  for (int c = 0; c < 0x20; ++c)
    for (const size_t at : {0U, 5U, 15U, 16U, 40U})
      EXPECT_FALSE(parse("\"" + std::string(at, 'a') + std::string(1, static_cast<char>(c)) +
                         std::string(20, 'b') + "\""))
          << c << ' ' << at;
}

TEST(Json, KnowsHowALongStringWasWritten) {
  const std::string plain(80, 'p'), escaped = R"(caf\u00e9 \/ )" + std::string(80, 'e') + R"(\n)";
  const auto doc =
      parse("{\"a\":\"" + plain + "\",\"b\":[\"" + escaped + "\"],\"c\":\"short\\n\"}");
  ASSERT_TRUE(doc);
  const std::string_view a = text(*find(doc->root(), "a"));
  const std::string_view b = text((*find(doc->root(), "b"))[0]);
  EXPECT_EQ(doc->literal(a), plain);
  EXPECT_EQ(doc->literal(b), escaped);
  EXPECT_EQ(doc->literal(text(*find(doc->root(), "c"))), "") << "short ones are not remembered";
  EXPECT_EQ(doc->literal(b.substr(0, b.size() - 1)), "") << "a part is not the whole";
  EXPECT_EQ(doc->literal(b.substr(1)), "");
  EXPECT_EQ(doc->literal(std::string(plain)), "") << "equal, but not of this document";
  EXPECT_EQ(doc->literal({}), "");
}

TEST(JsonWriter, CopiesTheLongStringsOfItsSource) {
  const std::string escaped = R"(caf\u00e9 \/ )" + std::string(80, 'e') + R"(\n)";
  const auto doc = parse("[\"" + escaped + "\"]");
  Writer out(16, *doc);
  const std::string_view whole = text(doc->root()[0]);
  out.array()
      .value(doc->root()[0])
      .string(whole)
      .string(whole.substr(0, 8))
      .string("a\"")
      .end_array();
  EXPECT_EQ(out.view(), "[\"" + escaped + "\",\"" + escaped + "\",\"café / \",\"a\\\"\"]");
}

TEST(Json, FindTakesNullForAbsent) {
  const auto doc = parse(R"({"a":null,"b":"x","n":7,"d":1.5})");
  EXPECT_EQ(find(doc->root(), "a"), nullptr);
  EXPECT_EQ(find(doc->root(), "c"), nullptr);
  EXPECT_EQ(find(*find(doc->root(), "b"), "x"), nullptr);
  EXPECT_EQ(string_or(doc->root(), "n", "other"), "other");
  EXPECT_EQ(integer_or(doc->root(), "n"), 7);
  EXPECT_EQ(integer_or(doc->root(), "d", 3), 3);
}

TEST(Json, QuotesWhatNeedsIt) {
  EXPECT_EQ(quote("a\"b\\\n\x01"), R"("a\"b\\\n\u0001")");
  EXPECT_EQ(quote(""), "\"\"");
  EXPECT_EQ(quote("\xc3\xa9"), "\"\xc3\xa9\"");
}

TEST(Json, QuotedTextParsesToItself) {
  for (int c = 0; c < 0x80; ++c) {
    const std::string text = "x" + std::string(1, static_cast<char>(c)) + "y";
    const auto doc = parse("[" + quote(text) + "]");
    ASSERT_TRUE(doc) << c;
    EXPECT_EQ(json::text(doc->root()[0]), text) << c;
  }
}

TEST(JsonWriter, WritesInOrder) {
  Writer out;
  out.object().key("a").integer(-1).key("b").array().boolean(true).null().string("s").end_array();
  out.key("c").object().end_object().key("d").raw("[1]").key("e").number(0.5).end_object();
  EXPECT_EQ(out.view(), R"({"a":-1,"b":[true,null,"s"],"c":{},"d":[1],"e":0.5})");
  out.clear();
  out.array().end_array();
  EXPECT_EQ(out.view(), "[]");
}

TEST(JsonWriter, KeepsNumbersAsTheyAre) {
  const std::string text =
      R"([0,-1,9223372036854775807,-9223372036854775808,18446744073709551615,0.5,1e300])";
  const auto doc = parse(text);
  const auto again = parse(dump(doc->root()));
  ASSERT_TRUE(again) << dump(doc->root());
  EXPECT_EQ(doc->root(), again->root());
}

struct Utf8Case {
  const char* name;
  std::string bytes;
  bool valid;
};

TEST(IsUtf8, FollowsRfc3629) {
  const std::vector<Utf8Case> cases{{"empty", "", true},
                                    {"ascii", "abc", true},
                                    {"zero byte", std::string("\0", 1), true},
                                    {"two bytes", "\xc2\x80", true},
                                    {"three bytes", "\xe2\x82\xac", true},
                                    {"last before surrogates", "\xed\x9f\xbf", true},
                                    {"first after surrogates", "\xee\x80\x80", true},
                                    {"four bytes", "\xf0\x9f\x98\x80", true},
                                    {"last code point", "\xf4\x8f\xbf\xbf", true},
                                    {"beyond the last", "\xf4\x90\x80\x80", false},
                                    {"surrogate", "\xed\xa0\x80", false},
                                    {"overlong slash", "\xc0\xaf", false},
                                    {"overlong in three", "\xe0\x80\xaf", false},
                                    {"overlong in four", "\xf0\x80\x80\xaf", false},
                                    {"lone continuation", "\x80", false},
                                    {"cut in two", "\xc2", false},
                                    {"cut in three", "\xe2\x82", false},
                                    {"cut in four", "\xf0\x9f\x98", false},
                                    {"wrong continuation", "\xc3(", false},
                                    {"five bytes", "\xf8\x88\x80\x80\x80", false},
                                    {"fe", "\xfe", false},
                                    {"ff", "\xff", false}};
  for (const Utf8Case& c : cases)
    for (const size_t padding : {0, 1, 29, 30, 31, 32, 33, 63, 64}) {  // around the fast path
      const std::string before(padding, 'x');
      EXPECT_EQ(is_utf8(before + c.bytes), c.valid) << c.name << " after " << padding;
      EXPECT_EQ(is_utf8(before + c.bytes + before), c.valid) << c.name << " between " << padding;
    }
}

TEST(Json, AZeroByteIsNoEnd) {
  using namespace std::string_literals;
  EXPECT_FALSE(json::parse("{}\0garbage"s));
  EXPECT_FALSE(json::compact("{}\0"s));
  EXPECT_FALSE(json::compact(R"("\ud83d")"));  // nor is half a character one
}

}  // namespace
}  // namespace claif::json

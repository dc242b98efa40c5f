#include "base/json_canonical.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace claif::json {
namespace {

std::optional<std::string> canonical(std::string_view text) {
  std::string out = "before ";
  if (!append_canonical(out, text)) return std::nullopt;
  return out.substr(7);
}

// RFC 8785 section 3.2.2 and 3.2.3
TEST(CanonicalJson, IsThatOfTheRfc) {
  EXPECT_EQ(canonical(R"({
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            })"),
            R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
            "\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  EXPECT_EQ(
      canonical("{\"\u20ac\":1,\"\\r\":2,\"\ufb33\":3,\"1\":4,\"\U0001f600\":5,\"\\u0080\":6,"
                "\"\u00f6\":7}"),
      "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"\u00f6\":7,\"\u20ac\":1,\"\U0001f600\":5,\"\ufb33\":3}");
}

// RFC 8785 appendix B
TEST(CanonicalJson, NumbersAreThoseOfEcmaScript) {
  const std::pair<const char*, const char*> kNumbers[] = {
      {"0", "0"},
      {"-0", "0"},
      {"-0.0", "0"},
      {"4.9406564584124654e-324", "5e-324"},
      {"-1.7976931348623157e308", "-1.7976931348623157e+308"},
      {"9.0071992547409920E15", "9007199254740992"},
      {"2.9514790517935283e20", "295147905179352830000"},
      {"9.9999999999999970e22", "9.999999999999997e+22"},
      {"1.0e23", "1e+23"},
      {"9.999999999999997e20", "999999999999999700000"},
      {"10E20", "1e+21"},
      {"0.00000099999999999999970", "9.999999999999997e-7"},
      {"1e-6", "0.000001"},
      {"333333333.33333343", "333333333.33333343"},
      {"-3.3333333333333333E-6", "-0.0000033333333333333333"},
      {"1424953923781206.2", "1424953923781206.2"},
      {"1.0", "1"},
      {"-12e2", "-1200"},
      {"100", "100"},
  };
  for (const auto& [text, number] : kNumbers)
    EXPECT_EQ(canonical(text), number) << text;
}

TEST(CanonicalJson, KeepsEveryDigitOfALongInteger) {
  EXPECT_EQ(canonical("9007199254740993"), "9007199254740993");
  EXPECT_EQ(canonical("[-123456789012345678901234567890]"), "[-123456789012345678901234567890]");
}

TEST(CanonicalJson, SortsObjectsAtEveryLevelAndListsAtNone) {
  EXPECT_EQ(canonical(R"( [ {"b" : {"d":[2,1],"c":{}} , "a":[]} , 1 ] )"),
            R"([{"a":[],"b":{"c":{},"d":[2,1]}},1])");
  EXPECT_EQ(canonical(R"({"ab":1,"a":2,"":3})"), R"({"":3,"a":2,"ab":1})");
}

TEST(CanonicalJson, DoesNotNormaliseCharacters) {
  EXPECT_NE(canonical("\"\u00e9\""), canonical("\"e\u0301\""));
  EXPECT_EQ(canonical(R"("\u00e9")"), "\"\u00e9\"");
}

TEST(CanonicalJson, AKeyIsThereOnce) {
  EXPECT_EQ(canonical(R"({"a":1,"a":1})"), std::nullopt);
  EXPECT_EQ(canonical(R"({"a":1,"b":2,"\u0061":1})"), std::nullopt);
  EXPECT_EQ(canonical(R"([{"x":{"b":1,"a":2,"b":3}}])"), std::nullopt);
}

TEST(CanonicalJson, RefusesWhatHasNoCanonicalForm) {
  for (const char* text : {"", "{", "[1", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}", "\"x", "\"\\",
                           "\"\\ud800\"", "1e999", "1 2", "nul", "-", "[,]", "{\"a\":1,}"})
    EXPECT_EQ(canonical(text), std::nullopt) << text;
  const auto deep = [](size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_NE(canonical(deep(64)), std::nullopt);
  EXPECT_EQ(canonical(deep(65)), std::nullopt);
}

}  // namespace
}  // namespace claif::json

#include "base/time.hpp"

#include <gtest/gtest.h>

namespace claif {
namespace {

constexpr int64_t kNoon = 1'795'435'200'000;  // 2026-11-23T12:00:00Z

TEST(Time, ReadsRfc3339) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_rfc3339("2026-11-23T12:00:00Z"), kNoon);
  EXPECT_EQ(parse_rfc3339("2026-11-23t12:00:00z"), kNoon);
  EXPECT_EQ(parse_rfc3339("2026-11-23T13:30:00+01:30"), kNoon);
  EXPECT_EQ(parse_rfc3339("2026-11-23T07:00:00-05:00"), kNoon);
  EXPECT_EQ(parse_rfc3339("2026-11-23T12:00:00.25Z"), kNoon + 250);
  EXPECT_EQ(parse_rfc3339("2026-11-23T12:00:00.123456789Z"), kNoon + 123);
  EXPECT_EQ(parse_rfc3339("2024-02-29T00:00:00Z"), 1'709'164'800'000);
}

TEST(Time, ReadsNothingElseAsRfc3339) {
  for (const char* bad :
       {"", "12", "2026-11-23", "2026-11-23T12:00:00", "2026-11-23T12:00:00.Z", "2026-11-23T12:00Z",
        "2026-13-01T00:00:00Z", "2025-02-29T00:00:00Z", "2026-11-23T24:00:00Z",
        "2026-11-23T12:60:00Z", "2026-11-23T12:00:00+0100", "2026-11-23T12:00:00Zx",
        "-026-11-23T12:00:00Z", "2026-11-2x-T12:00:00Z"})
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
}

TEST(Time, ReadsTheThreeFormsOfHttpDates) {
  EXPECT_EQ(parse_http_date("Mon, 23 Nov 2026 12:00:00 GMT"), kNoon);
  EXPECT_EQ(parse_http_date("Monday, 23-Nov-26 12:00:00 GMT"), kNoon);
  EXPECT_EQ(parse_http_date("Mon Nov 23 12:00:00 2026"), kNoon);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), 784'111'777'000);
}

TEST(Time, ReadsNothingElseAsHttpDate) {
  for (const char* bad : {"", "7", "Mon, 23 Nov 2026 12:00:00", "Mon, 23 Nov 2026 12:00:00 CET",
                          "Mon, 31 Feb 2026 12:00:00 GMT", "Mon, 23 Foo 2026 12:00:00 GMT",
                          "Mon, 23 Nov 2026 25:00:00 GMT", "a b c d e f g h i j"})
    EXPECT_FALSE(parse_http_date(bad)) << bad;
}

}  // namespace
}  // namespace claif

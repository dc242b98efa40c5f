// The query of a URL, as clients spell it.
#include "gateway/query.hpp"

#include <gtest/gtest.h>

namespace claif::gateway {
namespace {

TEST(Query, IsDecoded) {
  EXPECT_EQ(parse_query("a=1&b%5B%5D=x+y%26&a=2"),
            (Query{{"a", "1"}, {"b[]", "x y&"}, {"a", "2"}}));
}

TEST(Query, MayBeOddlyWritten) {
  EXPECT_EQ(parse_query(""), Query{});
  EXPECT_EQ(parse_query("&&"), Query{});
  EXPECT_EQ(parse_query("a"), (Query{{"a", ""}}));
  EXPECT_EQ(parse_query("a="), (Query{{"a", ""}}));
  EXPECT_EQ(parse_query("=b"), (Query{{"", "b"}}));
  EXPECT_EQ(parse_query("a=b=c&"), (Query{{"a", "b=c"}}));
  EXPECT_EQ(parse_query("a=%zz%4"), (Query{{"a", "%zz%4"}}));
}

TEST(Query, GivesTheFirstValue) {
  const Query query = parse_query("a=1&a=2");
  EXPECT_EQ(value_of(query, "a"), "1");
  EXPECT_EQ(value_of(query, "b"), std::nullopt);
}

}  // namespace
}  // namespace claif::gateway

#include "gateway/framing.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace claif::gateway {
namespace {

constexpr size_t kNoLimit = 1 << 20;

// Feeds the pieces one by one. What was not taken of a piece, and all after it, is left over.
struct Decoded {
  std::string body, left_over;
  int refused = 0;
  bool done = false;
};
Decoded decode(const std::vector<std::string_view>& pieces, size_t max_body = kNoLimit) {
  Decoded out;
  ChunkDecoder decoder;
  for (const std::string_view piece : pieces) {
    const size_t used =
        decoder.done() || decoder.refusal() ? 0 : decoder.feed(piece, out.body, max_body);
    out.left_over += piece.substr(used);
  }
  out.done = decoder.done();
  if (decoder.refusal()) out.refused = decoder.refusal()->status;
  return out;
}

TEST(ChunkDecoder, JoinsChunksAndLeavesTheNextRequest) {
  const Decoded d = decode({"5\r\nhello\r\n1\r\n \r\nA\r\n0123456789\r\n0\r\n\r\nGET /"});
  EXPECT_TRUE(d.done);
  EXPECT_EQ(d.body, "hello 0123456789");
  EXPECT_EQ(d.left_over, "GET /");
}

TEST(ChunkDecoder, GivesTheSameForEverySplitIntoTwo) {
  const std::string wire = "5\r\nhello\r\n00b\r\n\r\n0\r\n\r\nGET \r\n0\r\n\r\nGET / HTTP/1.1";
  const Decoded whole = decode({wire});
  ASSERT_TRUE(whole.done);
  EXPECT_EQ(whole.body, "hello\r\n0\r\n\r\nGET ");
  for (size_t at = 0; at <= wire.size(); ++at) {
    const std::string_view text(wire);
    const Decoded d = decode({text.substr(0, at), text.substr(at)});
    EXPECT_TRUE(d.done) << at;
    EXPECT_EQ(d.body, whole.body) << at;
    EXPECT_EQ(d.left_over, whole.left_over) << at;
  }
}

TEST(ChunkDecoder, GivesTheSameForEverySplitIntoThree) {
  const std::string wire = "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nX";
  const std::string_view text(wire);
  for (size_t a = 0; a <= wire.size(); ++a)
    for (size_t b = a; b <= wire.size(); ++b) {
      const Decoded d = decode({text.substr(0, a), text.substr(a, b - a), text.substr(b)});
      ASSERT_TRUE(d.done) << a << ' ' << b;
      ASSERT_EQ(d.body, "abcde") << a << ' ' << b;
      ASSERT_EQ(d.left_over, "X") << a << ' ' << b;
    }
}

TEST(ChunkDecoder, RefusesTheSameForEverySplit) {
  const std::string_view faulty[] = {
      "5;a=b\r\nhello\r\n0\r\n\r\n",
      "00000000000000005\r\nhello\r\n",
      "4\r\nhello\r\n0\r\n\r\n",
      "5\nhello\r\n0\r\n\r\n",
      "5\r\nhello\n0\r\n\r\n",
      "\r\n",
      "g\r\n",
      "0\r\nA: b\r\n\r\n",
      "5\r\nhello\r\n-1\r\n",
      "5\r\r\nhello\r\n",
  };
  for (const std::string_view wire : faulty)
    for (size_t at = 0; at <= wire.size(); ++at) {
      const Decoded d = decode({wire.substr(0, at), wire.substr(at)});
      EXPECT_EQ(d.refused, 400) << wire << at;
      EXPECT_FALSE(d.done) << wire << at;
    }
}

TEST(ChunkDecoder, TakesNoByteAfterTheEnd) {
  ChunkDecoder decoder;
  std::string body;
  EXPECT_EQ(decoder.feed("0\r\n\r\n0\r\n\r\n", body, kNoLimit), 5u);
  EXPECT_TRUE(decoder.done());
  EXPECT_EQ(decoder.feed("more", body, kNoLimit), 0u);
}

TEST(ChunkDecoder, LimitsTheBodyExactly) {
  const std::string ten = "4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n";
  EXPECT_EQ(decode({ten}, 9).refused, 413);
  EXPECT_EQ(decode({ten}, 10).refused, 0);
  EXPECT_EQ(decode({ten}, 11).refused, 0);
}

TEST(ChunkDecoder, RefusesAnEndlessSizeBeforeItsData) {
  const Decoded d = decode({"ffffffffffffffff\r\n"});
  EXPECT_EQ(d.refused, 413);
  EXPECT_EQ(d.body, "");
}

TEST(ChunkDecoder, DoesNotCollectALineWithoutEnd) {
  ChunkDecoder decoder;
  std::string body;
  size_t fed = 0;
  while (!decoder.refusal() && fed < 100) {
    decoder.feed("1", body, kNoLimit);
    ++fed;
  }
  EXPECT_LT(fed, 25u);
}

}  // namespace
}  // namespace claif::gateway

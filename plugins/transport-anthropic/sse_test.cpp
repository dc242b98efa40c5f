#include "sse.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using claif::transport_anthropic::SseParser;
using Events = std::vector<std::pair<std::string, std::string>>;

// Feeds `pieces`, then ends the input.
Events parse(const std::vector<std::string>& pieces) {
  SseParser parser;
  Events out;
  const auto sink = [&](std::string_view event, std::string_view data) {
    out.emplace_back(event, data);
  };
  for (const std::string& piece : pieces) {
    const std::vector<char> heap(piece.begin(), piece.end());  // freed after the call
    EXPECT_TRUE(parser.feed({heap.data(), heap.size()}, sink));
  }
  parser.finish(sink);
  return out;
}

TEST(SseParser, ReadsEventAndData) {
  EXPECT_EQ(parse({"event: ping\ndata: {}\n\nevent: b\ndata: 1\n\n"}),
            (Events{{"ping", "{}"}, {"b", "1"}}));
}

TEST(SseParser, TakesEveryLineEnding) {
  const Events expected{{"a", "1\n2"}, {"", "3"}};
  EXPECT_EQ(parse({"event: a\ndata: 1\ndata: 2\n\ndata: 3\n\n"}), expected);
  EXPECT_EQ(parse({"event: a\rdata: 1\rdata: 2\r\rdata: 3\r\r"}), expected);
  EXPECT_EQ(parse({"event: a\r\ndata: 1\r\ndata: 2\r\n\r\ndata: 3\r\n\r\n"}), expected);
  EXPECT_EQ(parse({"event: a\r\ndata: 1\ndata: 2\r\r\ndata: 3\n\r"}), expected);
}

TEST(SseParser, GivesTheSameForEverySplit) {
  const std::string text =
      "\xEF\xBB\xBF: note\r\nevent: a\r\ndata: {\"t\":\"h\xC3\xA9\"}\r\ndata:x\r\n\r\nid: "
      "7\ndata\ndata: 3\n\nevent: c\rdata: 4\r\rdata: end";
  const Events whole = parse({text});
  ASSERT_EQ(whole,
            (Events{{"a", "{\"t\":\"h\xC3\xA9\"}\nx"}, {"", "\n3"}, {"c", "4"}, {"", "end"}}));
  for (size_t i = 0; i <= text.size(); ++i)
    for (size_t j = i; j <= text.size(); ++j)
      ASSERT_EQ(parse({text.substr(0, i), text.substr(i, j - i), text.substr(j)}), whole)
          << i << " " << j;
}

TEST(SseParser, SplitsByByte) {
  std::vector<std::string> bytes;
  for (const char c : std::string_view("event: a\r\ndata: 1\r\n\r\ndata: 2\n\n"))
    bytes.emplace_back(1, c);
  EXPECT_EQ(parse(bytes), (Events{{"a", "1"}, {"", "2"}}));
}

TEST(SseParser, SpaceAfterTheColonIsOptional) {
  EXPECT_EQ(parse({"data:a\n\ndata: a\n\ndata:  a\n\n"}),
            (Events{{"", "a"}, {"", "a"}, {"", " a"}}));
}

TEST(SseParser, SkipsCommentsUnknownFieldsAndEventsWithoutData) {
  EXPECT_EQ(parse({": ping\n\nretry: 5\nevent: a\n\ndata: 1\n: c\n\n"}), (Events{{"", "1"}}));
}

TEST(SseParser, UnicodeLineSeparatorsAreNotLineEnds) {
  EXPECT_EQ(parse({"data: a\xE2\x80\xA8"
                   "b\xE2\x80\xA9"
                   "c\n\n"}),
            (Events{{"",
                     "a\xE2\x80\xA8"
                     "b\xE2\x80\xA9"
                     "c"}}));
}

TEST(SseParser, ALastEventWithoutBlankLineCounts) {
  EXPECT_EQ(parse({"data: 1\n\ndata: 2"}), (Events{{"", "1"}, {"", "2"}}));
  EXPECT_EQ(parse({"data: 1\n\ndata: 2\n"}), (Events{{"", "1"}, {"", "2"}}));
}

TEST(SseParser, HandsOverViewsIntoThePiece) {
  SseParser parser;
  const std::string piece = "event: a\ndata: {\"x\":1}\n\nevent: b\ndata: 2\n\n";
  size_t inside = 0;
  EXPECT_TRUE(parser.feed(piece, [&](std::string_view event, std::string_view data) {
    for (const std::string_view v : {event, data})
      inside += v.data() >= piece.data() && v.data() + v.size() <= piece.data() + piece.size();
  }));
  EXPECT_EQ(inside, 4u);
}

TEST(SseParser, RefusesAnEventLargerThanTheLimit) {
  const auto ignore = [](std::string_view, std::string_view) {};
  SseParser line(8);
  EXPECT_TRUE(line.feed("data: 12", ignore));
  EXPECT_FALSE(line.feed("3", ignore));
  SseParser lines(16);
  EXPECT_TRUE(lines.feed("data: 123456\n", ignore));
  EXPECT_TRUE(lines.feed("data: 123456\n", ignore));
  EXPECT_FALSE(lines.feed("data: 123456\n", ignore));
}

TEST(SseParser, ResetForgetsTheUnfinishedEvent) {
  SseParser parser;
  Events out;
  const auto sink = [&](std::string_view event, std::string_view data) {
    out.emplace_back(event, data);
  };
  EXPECT_TRUE(parser.feed("event: a\ndata: 1\nda", sink));
  parser.reset();
  EXPECT_TRUE(parser.feed("data: 2\n\n", sink));
  EXPECT_EQ(out, (Events{{"", "2"}}));
}

}  // namespace

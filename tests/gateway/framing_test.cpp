#include "gateway/framing.hpp"

#include "gateway/framing_vectors.hpp"

#include <gtest/gtest.h>

namespace claif::gateway {
namespace {

// The verdict on a whole request, as a connection comes to it: 0, or the status of the refusal.
int verdict(const std::string& request) {
  const size_t end = request.find("\r\n\r\n");
  if (end == std::string::npos) return -1;
  Framing framing;
  const auto refusal = check_head(std::string_view(request).substr(0, end + 4), {}, framing);
  if (refusal) return refusal->status;
  if (!framing.chunked) return 0;
  ChunkDecoder chunks;
  std::string body;
  chunks.feed(std::string_view(request).substr(end + 4), body, 1 << 20);
  if (chunks.done()) return 0;  // never after a refusal
  return chunks.refusal() ? chunks.refusal()->status : -1;
}

TEST(Framing, RefusesWhatBeastLetsPass) {
  for (const FramingVector& v : accepted_by_beast())
    EXPECT_EQ(verdict(v.bytes), v.status) << v.name;
}

TEST(Framing, RefusesWhatBeastRefuses) {
  for (const FramingVector& v : refused_by_beast())
    EXPECT_EQ(verdict(v.bytes), v.status) << v.name;
}

TEST(Framing, AcceptsEachFormThatIsSpokenHere) {
  for (const FramingVector& v : accepted())
    EXPECT_EQ(verdict(v.bytes), 0) << v.name;
}

TEST(Framing, SaysWhatAHeadDeclares) {
  Framing framing;
  const std::string head = post("Content-Length: 17\r\nExpect: 100-Continue\r\n");
  ASSERT_FALSE(check_head(head, {}, framing));
  EXPECT_EQ(framing.length, 17u);
  EXPECT_TRUE(framing.expects_continue);
  EXPECT_TRUE(framing.keep_alive);
  EXPECT_FALSE(framing.chunked);
  EXPECT_FALSE(framing.http_1_0);
  EXPECT_EQ(framing.host, "localhost");
}

TEST(Framing, KeepsConnectionsAsTheVersionSays) {
  const auto keeps = [](const std::string& head) {
    Framing framing;
    EXPECT_FALSE(check_head(head, {}, framing)) << head;
    return framing.keep_alive;
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

std::string request_line_of(size_t size) {
  const size_t around = std::string("GET / HTTP/1.1").size();
  return "GET /" + std::string(size - around, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}
std::string header_of(size_t size) {
  return get("X: " + std::string(size - 3, 'a') + "\r\n");
}
std::string headers_of(size_t count) {
  std::string lines;
  for (size_t i = 1; i < count; ++i)  // Host is the first
    lines += "X: a\r\n";
  return get(lines);
}

TEST(Framing, LimitsAreExact) {
  const FramingLimits limits;
  EXPECT_EQ(verdict(request_line_of(limits.request_line - 1)), 0);
  EXPECT_EQ(verdict(request_line_of(limits.request_line)), 0);
  EXPECT_EQ(verdict(request_line_of(limits.request_line + 1)), 414);
  EXPECT_EQ(verdict(header_of(limits.header - 1)), 0);
  EXPECT_EQ(verdict(header_of(limits.header)), 0);
  EXPECT_EQ(verdict(header_of(limits.header + 1)), 431);
  EXPECT_EQ(verdict(headers_of(limits.count - 1)), 0);
  EXPECT_EQ(verdict(headers_of(limits.count)), 0);
  EXPECT_EQ(verdict(headers_of(limits.count + 1)), 431);
}

TEST(Framing, ContentLengthHasAtMost18Digits) {
  EXPECT_EQ(verdict(post("Content-Length: 999999999999999999\r\n")), 0);
  EXPECT_EQ(verdict(post("Content-Length: 1000000000000000000\r\n")), 400);
}

}  // namespace
}  // namespace claif::gateway

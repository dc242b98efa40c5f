// What is on the wire is read as one sequence of requests, or the connection ends.
#include "gateway/framing_vectors.hpp"
#include "gateway/running_gateway.hpp"

#include <random>

namespace claif::gateway {
namespace {

using testing::Answer;
using testing::RawClient;
using testing::RunningGateway;

const std::string kCanary = "GET /canary HTTP/1.1\r\nHost: localhost\r\n\r\n";

bool answers_to(const std::string& path, const std::string& bytes) {
  return bytes.find("nothing at /" + path) != std::string::npos;
}

// Sends the vectors and a canary in one write, and checks that the answers are exactly those of
// their verdicts: everything up to the first refusal, then the end; else the canary, last.
void check(uint16_t port, const std::vector<const FramingVector*>& vectors) {
  std::string wire, names;
  for (const FramingVector* v : vectors) {
    wire += v->bytes;
    (names += " + ") += v->name;
  }
  RawClient client(port);
  ASSERT_TRUE(client.send(wire + kCanary)) << names;
  for (const FramingVector* v : vectors) {
    const auto answer = client.read(v->bytes.starts_with("HEAD "));
    ASSERT_TRUE(answer) << names;
    EXPECT_FALSE(answers_to("smuggled", answer->body)) << names;
    EXPECT_FALSE(answers_to("canary", answer->body)) << names;
    if (v->status == 0) {
      EXPECT_TRUE(answer->status == 200 || answer->status == 405) << names << answer->status;
      continue;
    }
    EXPECT_EQ(answer->status, v->status) << names;
    EXPECT_EQ(answer->header("connection"), "close") << names;
    EXPECT_TRUE(client.read_to_end()) << names;
    EXPECT_EQ(client.input, "") << names;
    return;
  }
  const auto canary = client.read();
  ASSERT_TRUE(canary) << names;
  EXPECT_EQ(canary->status, 404) << names;
  EXPECT_TRUE(answers_to("canary", canary->body)) << names << canary->body;
}

std::vector<FramingVector> all_vectors() {
  std::vector<FramingVector> out = accepted();
  for (auto& list : {accepted_by_beast(), refused_by_beast()})
    out.insert(out.end(), list.begin(), list.end());
  return out;
}

TEST(Smuggling, NoVectorHidesARequest) {
  RunningGateway gateway;
  ASSERT_EQ(gateway.error(), "");
  const auto vectors = all_vectors();
  ASSERT_GE(vectors.size(), 62u);
  for (const FramingVector& v : vectors)
    check(gateway.port(), {&v});
}

TEST(Smuggling, NoRandomPairHidesARequest) {
  RunningGateway gateway;
  ASSERT_EQ(gateway.error(), "");
  const auto vectors = all_vectors(), good = accepted();
  std::mt19937 random(20240817);
  for (int i = 0; i < 200; ++i) {
    // Half of the pairs begin with one that is accepted, so that the second is reached.
    const auto& first =
        i % 2 == 0 ? good[random() % good.size()] : vectors[random() % vectors.size()];
    check(gateway.port(), {&first, &vectors[random() % vectors.size()]});
  }
}

TEST(Smuggling, BytesOneByOneChangeNothing) {
  RunningGateway gateway;
  ASSERT_EQ(gateway.error(), "");
  for (const FramingVector& v : all_vectors()) {
    RawClient client(gateway.port());
    for (size_t i = 0; i < v.bytes.size() && !client.ended; ++i)
      if (!client.send(std::string_view(v.bytes).substr(i, 1))) break;
    const auto answer = client.read(v.bytes.starts_with("HEAD "));
    // A refusal may overtake the rest of its request, which then resets the connection.
    if (!answer) {
      EXPECT_TRUE(client.reset && v.status != 0) << v.name;
      continue;
    }
    if (v.status != 0)
      EXPECT_EQ(answer->status, v.status) << v.name;
    else
      EXPECT_TRUE(answer->status == 200 || answer->status == 405) << v.name;
  }
}

}  // namespace
}  // namespace claif::gateway

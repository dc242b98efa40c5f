#include "support/response_grammar.hpp"

#include "support/upstream_sse.hpp"
#include "support/vectors.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace claif::test {
namespace {

// The frames of `events` but the one at `lost`, and the one at `twice` two times, numbered anew.
std::string frames(const std::vector<std::string>& events, size_t lost, size_t twice) {
  std::string out;
  int number = 0;
  const auto send = [&](const std::string& event) {
    auto doc = parsed(event);
    doc["sequence_number"] = number++;
    out += "event: " + std::string(json::string_or(doc, "type")) + "\ndata: " + json::dump(doc) +
           "\n\n";
  };
  for (size_t i = 0; i < events.size(); ++i) {
    if (i != lost) send(events[i]);
    if (i == twice) send(events[i]);
  }
  return out;
}

class ResponseGrammar : public testing::TestWithParam<Vector> {};

TEST_P(ResponseGrammar, SeesEachEventThatIsLostOrRepeated) {
  const auto v = GetParam().document();
  if (!v.HasMember("expect_openai_events")) return;
  PlayedResponse played;
  const std::string body = upstream_body(v);
  for (const auto& [type, data] : read_events(body, body.size()))
    played.json(data);
  played.end();
  const std::string& sse = played.sse();
  const auto events = read_response_events(sse).events;
  const size_t none = events.size();
  EXPECT_EQ(response_violation(sse), "");
  EXPECT_EQ(response_violation(frames(events, none, none)), "");
  const bool failed = events.back().find("response.failed") != std::string::npos;
  for (size_t i = 0; i < events.size(); ++i) {
    // A stream that failed never tells the whole that its deltas add up to.
    if (failed && events[i].find(".delta") != std::string::npos) continue;
    EXPECT_NE(response_violation(frames(events, i, none)), "") << "without " << events[i];
    EXPECT_NE(response_violation(frames(events, none, i)), "") << "twice " << events[i];
  }
}

INSTANTIATE_TEST_SUITE_P(Translation,
                         ResponseGrammar,
                         testing::ValuesIn(vectors("streams")),
                         vector_name);

}  // namespace
}  // namespace claif::test

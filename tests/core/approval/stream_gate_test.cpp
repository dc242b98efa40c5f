#include "approval/stream_gate.hpp"

#include "base/limits.hpp"
#include "pipeline/answers.hpp"
#include "support/json_difference.hpp"
#include "wire/assemble.hpp"
#include "wire/chat_response.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

using approval::GateMode;
using approval::Ruling;
using approval::StreamGate;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// What a gate lets pass at once, and what it keeps.
struct Gated {
  explicit Gated(GateMode mode = GateMode::by_block) : gate(mode) {}
  StreamGate gate;
  wire::EventParser parser;
  std::vector<std::string> passed;

  bool feed(const std::string& json) {
    const auto event = parser.parse(json);
    EXPECT_TRUE(event) << json;
    const auto held = gate.hold(*event);
    EXPECT_TRUE(held);
    if (!*held) passed.push_back(json);
    return *held;
  }
  std::vector<std::string> release(const std::vector<Ruling>& rulings) {
    std::vector<std::string> out;
    for (auto& released : gate.release(rulings))
      out.push_back(std::move(released.json));
    return out;
  }
};

TEST(StreamGate, PassesAStreamWithoutCallsAtOnce) {
  Gated g;
  for (const std::string& event : text_events("Hello"))
    EXPECT_FALSE(g.feed(event)) << event;
  EXPECT_FALSE(g.gate.holds_calls());
}

TEST(StreamGate, KeepsCallsAndTheEndUntilTheyAreDecided) {
  Gated g;
  const auto events = tool_events("get_time", R"({"tz":"UTC"})");
  for (const std::string& event : events)
    g.feed(event);
  EXPECT_EQ(g.passed, std::vector<std::string>(events.begin(), events.begin() + 4));
  ASSERT_EQ(g.gate.calls().size(), 1u);
  EXPECT_EQ(g.gate.calls()[0].id, "t1");
  EXPECT_EQ(g.gate.calls()[0].name, "get_time");
  EXPECT_EQ(g.gate.calls()[0].input, R"({"tz":"UTC"})");
  EXPECT_EQ(g.release({{true, "", -1}}),
            std::vector<std::string>(events.begin() + 4, events.end() - 1));
}

TEST(StreamGate, TakesTheInputOfTheStartWhenNoFragmentComes) {
  Gated g;
  g.feed(message_start());
  g.feed(R"({"type":"content_block_start","index":0,"content_block":)"
         R"({"type":"tool_use","id":"t","name":"n","input":{"a":1}}})");
  g.feed(block_stop(0));
  EXPECT_EQ(g.gate.calls().at(0).input, R"({"a":1})");
}

TEST(StreamGate, PutsTheReasonInThePlaceOfADeniedCall) {
  Gated g;
  for (const std::string& event : tool_events("get_time", "{}"))
    g.feed(event);
  const auto out = g.release({{false, "not \"today\"", -1}});
  ASSERT_EQ(out.size(), 4u);
  for (const std::string& json : out)
    EXPECT_FALSE(parsed(json).HasParseError()) << json;
  EXPECT_EQ(json::string_or(parsed(out[1])["delta"], "text"),
            "The call of the tool 'get_time' was not approved: not \"today\"");
  EXPECT_EQ(json::string_or(parsed(out[3])["delta"], "stop_reason"), "end_turn");
  EXPECT_EQ(json::integer_or(parsed(out[3])["usage"], "output_tokens"), 7);
}

TEST(StreamGate, KeepsTheStopReasonWhileOneCallIsLeft) {
  Gated g;
  for (const std::string& event :
       {message_start(), tool_start(0, "a", "x"), block_stop(0), tool_start(1, "b", "y"),
        block_stop(1), message_delta("tool_use"), kMessageStop})
    g.feed(event);
  const auto out = g.release({{false, "no", -1}, {true, "", -1}});
  EXPECT_THAT(out.back(), HasSubstr("tool_use"));
}

TEST(StreamGate, LeavesAnotherStopReasonAlone) {
  Gated g;
  for (const std::string& event : {message_start(), tool_start(0, "a", "x"), block_stop(0),
                                   message_delta("max_tokens"), kMessageStop})
    g.feed(event);
  const auto out = g.release({{false, "no", -1}});
  EXPECT_THAT(out.back(), HasSubstr("max_tokens"));
}

const std::string kPing = R"({"type": "ping"})";

TEST(StreamGate, KeepsTheOrderWhenAskedTo) {
  Gated g(GateMode::in_order);
  const std::string news =
      R"({"type":"content_block_delta","index":1,"delta":{"type":"new_delta"}})";
  const std::vector<std::string> events{message_start(),
                                        text_start(0),
                                        text_delta(0, "a"),
                                        block_stop(0),
                                        tool_start(1, "t", "x"),
                                        news,
                                        kPing,
                                        tool_delta(1, "{}"),
                                        block_stop(1),
                                        text_start(2),
                                        text_delta(2, "b"),
                                        block_stop(2),
                                        message_delta("tool_use")};
  for (const std::string& event : events)
    g.feed(event);
  EXPECT_TRUE(g.feed(kMessageStop));
  std::vector<std::string> at_once(events.begin(), events.begin() + 4),
      later(events.begin() + 4, events.end());
  at_once.push_back(kPing);
  std::erase(later, kPing);
  EXPECT_EQ(g.passed, at_once);
  EXPECT_EQ(g.release({{true, "", -1}}), later);
}

TEST(StreamGate, ADeniedCallLeavesNothingOfItself) {
  Gated g(GateMode::in_order);
  for (
      const std::string& event :
      {message_start(), tool_start(0, "t", "x"),
       std::string(
           R"({"type":"content_block_delta","index":0,"delta":{"type":"new_delta","x":"canary"}})"),
       tool_delta(0, "{}"), block_stop(0), text_start(1), text_delta(1, "stays"), block_stop(1),
       message_delta("tool_use"), kMessageStop})
    g.feed(event);
  std::string all;
  for (const std::string& json : g.release({{false, "no", -1}}))
    all += json;
  EXPECT_THAT(all, Not(HasSubstr("canary")));
  EXPECT_THAT(all, Not(HasSubstr("tool_use")));
  EXPECT_THAT(all, HasSubstr("was not approved: no"));
  EXPECT_THAT(all, HasSubstr(text_delta(1, "stays")));
}

TEST(StreamGate, KeepsTheStartOfAMessageThatComesWithCalls) {
  const std::string start =
      R"({"type":"message_start","message":{"id":"m","content":[{"type":"text","text":"a"},)"
      R"({"type":"tool_use","id":"t","name":"x","input":{"n":1}}],"model":"c","usage":{}}})";
  for (const bool allowed : {true, false}) {
    Gated g;
    for (const std::string& event : {start, kPing, text_start(2), text_delta(2, "b"), block_stop(2),
                                     message_delta("tool_use")})
      EXPECT_TRUE(g.feed(event)) << event;
    ASSERT_EQ(g.gate.calls().size(), 1u);
    EXPECT_EQ(g.gate.calls()[0].input, R"({"n":1})");
    const auto out = g.release({{allowed, "no", -1}});
    ASSERT_EQ(out.size(), 6u);
    EXPECT_EQ(out[0] == start, allowed) << out[0];
    EXPECT_EQ(out[0].find("tool_use") == std::string::npos, !allowed) << out[0];
    EXPECT_EQ(out[0].find("was not approved: no") != std::string::npos, !allowed) << out[0];
    EXPECT_THAT(out[5], HasSubstr(allowed ? "tool_use" : "end_turn"));
  }
}

TEST(StreamGate, BoundsWhatItKeeps) {
  Gated g;
  g.feed(message_start());
  g.feed(tool_start(0, "a", "x"));
  const std::string fragment = tool_delta(0, std::string(1 << 20, 'x'));
  size_t fed = 0;
  Result<bool> held = true;
  while (held && fed <= 2 * limits::kHeldToolBytes) {
    const auto event = g.parser.parse(fragment);
    held = g.gate.hold(*event);
    fed += fragment.size();
  }
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().code, Errc::too_large);
  EXPECT_LE(fed, limits::kHeldToolBytes + fragment.size());
}

// A random message: texts and calls, their fragments cut and interleaved anyhow.
struct Scenario {
  struct Part {
    int index;
    bool call;
    std::string id, content;
  };
  std::vector<Part> parts;
  std::vector<std::string> events;
  std::vector<Ruling> rulings;
};

std::vector<std::string> fragments(const std::string& text, std::mt19937& random) {
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size();) {
    const size_t n = 1 + random() % 7;
    out.push_back(text.substr(at, n));
    at += n;
  }
  return out;
}

Scenario make_scenario(std::mt19937& random) {
  Scenario s;
  std::vector<std::vector<std::string>> lanes;
  const int blocks = 1 + static_cast<int>(random() % 5);
  for (int i = 0; i < blocks; ++i) {
    const bool call = random() % 2 == 0;
    const std::string id = "call" + std::to_string(i);
    const std::string content =
        call ? R"({"canary":")" + id + R"(","n":)" + std::to_string(random()) + "}"
             : "text " + std::to_string(random());
    s.parts.push_back({i, call, id, content});
    auto& lane = lanes.emplace_back();
    lane.push_back(call ? tool_start(i, id, "tool_" + id) : text_start(i));
    for (const std::string& piece : fragments(content, random))
      lane.push_back(call ? tool_delta(i, piece) : text_delta(i, piece));
    lane.push_back(block_stop(i));
    if (call) s.rulings.push_back({random() % 2 == 0, "because", -1});
  }
  s.events.push_back(message_start());
  // Either one block after the other, or all at once.
  const bool interleaved = random() % 2 == 0;
  std::vector<size_t> next(lanes.size());
  for (;;) {
    std::vector<size_t> open;
    for (size_t i = 0; i < lanes.size(); ++i)
      if (next[i] < lanes[i].size()) open.push_back(i);
    if (open.empty()) break;
    const size_t lane = interleaved ? open[random() % open.size()] : open.front();
    s.events.push_back(lanes[lane][next[lane]++]);
    if (random() % 8 == 0) s.events.push_back(R"({"type":"ping"})");
  }
  s.events.push_back(message_delta(s.rulings.empty() ? "end_turn" : "tool_use"));
  s.events.push_back(kMessageStop);
  return s;
}

TEST(StreamGate, LetsNothingOfACallPassBeforeTheEndWhateverTheOrder) {
  std::mt19937 random(20'241);
  for (int round = 0; round < 2'000; ++round) {
    const Scenario s = make_scenario(random);
    Gated g;
    for (const std::string& event : s.events)
      g.feed(event);
    for (const std::string& json : g.passed) {
      ASSERT_EQ(json.find("canary"), std::string::npos) << json;
      ASSERT_EQ(json.find("tool_use"), std::string::npos) << json;
      ASSERT_EQ(json.find("input_json_delta"), std::string::npos) << json;
    }
    // The calls are seen in the order in which they began.
    std::vector<Ruling> rulings;
    for (const auto& call : g.gate.calls()) {
      size_t at = 0;
      for (const auto& part : s.parts) {
        if (part.call && part.id == call.id) {
          ASSERT_EQ(call.input, part.content);
          rulings.push_back(s.rulings[at]);
        }
        at += part.call ? 1 : 0;
      }
    }
    ASSERT_EQ(rulings.size(), s.rulings.size());

    auto seen = g.passed;
    ASSERT_EQ(seen.back() != kMessageStop, g.gate.holds_calls());
    if (g.gate.holds_calls())
      for (std::string& json : g.release(rulings))
        seen.push_back(std::move(json));
    if (seen.back() != kMessageStop) seen.push_back(kMessageStop);

    wire::EventParser parser;
    wire::MessageAssembler assembler;
    wire::ChatStreamEncoder encoder("id", 1, {});
    std::string sse;
    for (const std::string& json : seen) {
      const auto event = parser.parse(json);
      ASSERT_TRUE(event) << json;
      assembler.add(*event);
      encoder.encode(*event, sse);
    }
    ASSERT_TRUE(assembler.complete());
    const std::string whole = assembler.to_json();
    size_t ruling = 0;
    bool any_allowed = false;
    for (const auto& part : s.parts) {
      if (!part.call) {
        ASSERT_THAT(whole, HasSubstr(part.content));
        continue;
      }
      const bool allowed = s.rulings[ruling++].allowed;
      any_allowed |= allowed;
      ASSERT_EQ(whole.find(part.content) != std::string::npos, allowed) << whole;
      ASSERT_EQ(sse.find("\"" + part.id + "\"") != std::string::npos, allowed);
    }
    ASSERT_EQ(assembler.stop_reason(), any_allowed ? "tool_use" : "end_turn");
  }
}

}  // namespace
}  // namespace claif::test

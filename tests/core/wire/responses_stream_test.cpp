#include "support/played_response.hpp"
#include "support/response_grammar.hpp"
#include "support/vectors.hpp"
#include "wire/message.hpp"
#include "wire/reasoning_carrier.hpp"

#include <gtest/gtest.h>

namespace claif::test {
namespace {

std::string start(const std::string& content = "") {
  return R"({"type":"message_start","message":{"id":"msg_1","model":"m","content":[)" + content +
         R"(],"usage":{"input_tokens":3,"output_tokens":1}}})";
}
std::string begin(int index, const std::string& block) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) +
         R"(,"content_block":)" + block + "}";
}
std::string delta(int index, const std::string& body) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" +
         body + "}";
}
std::string text(int index, const std::string& piece) {
  return delta(index, R"({"type":"text_delta","text":)" + json::quote(piece) + "}");
}
std::string fragment(int index, const std::string& piece) {
  return delta(index, R"({"type":"input_json_delta","partial_json":)" + json::quote(piece) + "}");
}
std::string stop(int index) {
  return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}";
}
std::string change(const std::string& reason) {
  return R"({"type":"message_delta","delta":{"stop_reason":")" + reason +
         R"("},"usage":{"output_tokens":5}})";
}
const std::string kText = R"({"type":"text","text":""})";
const std::string kEnd = R"({"type":"message_stop"})";
const std::string kTool = R"({"type":"tool_use","id":"toolu_1","name":"f","input":{}})";

struct Seen {
  std::vector<std::string> events;
  std::string types;  // the last word or two of each, in order
  std::string kept;   // object_to_keep
  rapidjson::Document at(size_t i) const { return parsed(events.at(i)); }
  rapidjson::Document last() const { return parsed(events.back()); }
  rapidjson::Document first(std::string_view type) const {
    for (const std::string& event : events)
      if (json::string_or(parsed(event), "type") == type) return parsed(event);
    ADD_FAILURE() << "no " << type;
    return parsed("{}");
  }
};

// Plays the events; the framing and the ids are checked always.
Seen play(const std::vector<std::string>& events, wire::ResponsesEcho echo = {}) {
  PlayedResponse played(std::move(echo));
  for (const std::string& event : events)
    played.json(event);
  played.end();
  EXPECT_FALSE(played.http_error());
  Seen out;
  const ResponseEvents read = read_response_events(played.sse());
  EXPECT_EQ(read.fault, "");
  out.events = read.events;
  for (const std::string& event : read.events) {
    const auto doc = parsed(event);
    std::string_view type = json::string_or(doc, "type");
    EXPECT_TRUE(type.starts_with("response."));
    out.types += (out.types.empty() ? "" : " ") + std::string(type.substr(9));
  }
  out.kept = played.encoder().object_to_keep();
  return out;
}

// The events that a message would come as.
std::vector<std::string> events_of(const std::string& content, const std::string& stop_reason) {
  std::vector<std::string> out{start()};
  const auto blocks = parsed("[" + content + "]");
  int index = 0;
  for (const auto& block : blocks.GetArray()) {
    const std::string_view type = json::string_or(block, "type");
    if (type == "text") {
      out.push_back(begin(index, kText));
      const std::string whole(json::string_or(block, "text"));
      out.push_back(text(index, whole.substr(0, 1)));
      if (const json::Value* citations = json::find(block, "citations"))
        for (const auto& citation : citations->GetArray())
          out.push_back(delta(
              index, R"({"type":"citations_delta","citation":)" + json::dump(citation) + "}"));
      out.push_back(text(index, whole.substr(1)));
    } else if (type == "thinking") {
      out.push_back(begin(index, R"({"type":"thinking","thinking":"","signature":""})"));
      out.push_back(delta(index, R"({"type":"thinking_delta","thinking":)" +
                                     json::quote(json::string_or(block, "thinking")) + "}"));
      out.push_back(delta(index, R"({"type":"signature_delta","signature":)" +
                                     json::quote(json::string_or(block, "signature")) + "}"));
    } else if (type == "tool_use" || type == "server_tool_use") {
      rapidjson::Document head;
      head.CopyFrom(block, head.GetAllocator());
      head["input"].SetObject();
      out.push_back(begin(index, json::dump(head)));
      out.push_back(fragment(index, json::dump(block["input"])));
    } else {
      out.push_back(begin(index, json::dump(block)));
    }
    out.push_back(stop(index++));
  }
  out.push_back(change(stop_reason));
  out.push_back(kEnd);
  return out;
}

const std::string kEverything =
    R"({"type":"thinking","thinking":"plan","signature":"s=="},)"
    R"({"type":"redacted_thinking","data":"zz"},)"
    R"({"type":"text","text":"Look: "},)"
    R"({"type":"server_tool_use","id":"s1","name":"web_search","input":{"query":"sky"}},)"
    R"({"type":"web_search_tool_result","tool_use_id":"s1","content":[]},)"
    R"({"type":"text","text":"The sky "},)"
    R"({"type":"text","text":"is blue","citations":[{"type":"web_search_result_location",)"
    R"("url":"https://a.example","title":"T"}]},)"
    R"({"type":"server_tool_use","id":"s2","name":"code_execution","input":{"code":"1"}},)"
    R"({"type":"tool_use","id":"toolu_1","name":"f","input":{"a":1}},)"
    R"({"type":"tool_use","id":"toolu_2","name":"g","input":{}},)"
    R"({"type":"text","text":"Done."})";

// The last event and the object of a request that does not stream say the same.
TEST(ResponsesStream, EndsWithTheObjectOfTheWholeMessage) {
  for (const std::string reason : {"end_turn", "tool_use", "max_tokens", "pause_turn", "refusal"})
    for (const bool encrypted : {false, true}) {
      wire::ResponsesEcho echo;
      echo.include_encrypted_content = encrypted;
      echo.instructions = R"("Be kind.")";
      const Seen seen = play(events_of(kEverything, reason), echo);
      const auto message = wire::Message::parse(
          R"({"model":"m","content":[)" + kEverything + R"(],"stop_reason":")" + reason +
          R"(","usage":{"input_tokens":3,"output_tokens":5}})");
      ASSERT_TRUE(message);
      const std::string whole = wire::encode_response(*message, echo, kResponseId, 1);
      EXPECT_EQ(difference(parsed(whole), seen.last()["response"]), "") << reason;
      echo.include_encrypted_content = true;
      EXPECT_EQ(difference(wire::encode_response(*message, echo, kResponseId, 1), seen.kept), "");
    }
}

class ResponsesOfVectors : public testing::TestWithParam<Vector> {};

TEST_P(ResponsesOfVectors, AddUpToTheirMessage) {
  const auto v = GetParam().document();
  PlayedResponse played;
  if (const json::Value* given = json::find(v, "anthropic_sse"))
    for (const auto& event : given->GetArray())
      played.json(json::dump(event));
  played.end();
  EXPECT_EQ(response_violation(played.sse()), "");
  if (played.assembler().complete()) {
    EXPECT_EQ(response_sum_difference(played, {}), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Translation,
                         ResponsesOfVectors,
                         testing::ValuesIn(vectors("streams")),
                         vector_name);

TEST(ResponsesStream, SharesAnItemAmongAdjacentTexts) {
  const Seen seen = play({start(), begin(0, kText), text(0, "a"), stop(0), begin(1, kText),
                          text(1, "b"), stop(1), change("end_turn"), kEnd});
  EXPECT_EQ(seen.types,
            "created in_progress output_item.added content_part.added output_text.delta "
            "output_text.delta output_text.done content_part.done output_item.done completed");
  EXPECT_EQ(json::string_or(seen.first("response.output_text.done"), "text"), "ab");
}

TEST(ResponsesStream, AnnotatesWhenTheBlockStops) {
  const std::string cited =
      R"({"type":"citations_delta","citation":{"type":"web_search_result_location",)"
      R"("url":"https://a.example","title":"T"}})";
  const std::string document =
      R"({"type":"citations_delta","citation":{"type":"page_location","document_index":0}})";
  const Seen seen =
      play({start(), begin(0, kText), text(0, "Say "), stop(0), begin(1, kText), text(1, "bl"),
            delta(1, cited), delta(1, document), delta(1, cited), text(1, "ü"), stop(1),
            begin(2, kText), text(2, "."), stop(2), change("end_turn"), kEnd});
  EXPECT_EQ(seen.types,
            "created in_progress output_item.added content_part.added output_text.delta "
            "output_text.delta output_text.delta output_text.annotation.added "
            "output_text.annotation.added output_text.delta output_text.done content_part.done "
            "output_item.done completed");
  const auto first = seen.at(7), second = seen.at(8);
  EXPECT_EQ(json::integer_or(first, "annotation_index", -1), 0);
  EXPECT_EQ(json::integer_or(second, "annotation_index", -1), 1);
  EXPECT_EQ(json::integer_or(second, "content_index", -1), 0);
  EXPECT_EQ(json::dump(second["annotation"]),
            R"({"type":"url_citation","start_index":4,"end_index":7,)"
            R"("url":"https://a.example","title":"T"})");
  EXPECT_EQ(seen.last()["response"]["output"][0]["content"][0]["annotations"].Size(), 2u);
}

TEST(ResponsesStream, SendsOneEmptyObjectForACallWithoutArguments) {
  const Seen seen =
      play({start(), begin(0, kTool), fragment(0, ""), stop(0), change("tool_use"), kEnd});
  EXPECT_EQ(seen.types,
            "created in_progress output_item.added function_call_arguments.delta "
            "function_call_arguments.done output_item.done completed");
  EXPECT_EQ(json::string_or(seen.at(2)["item"], "arguments", "none"), "");
  EXPECT_EQ(json::string_or(seen.at(3), "delta"), "{}");
  EXPECT_EQ(json::string_or(seen.at(4), "arguments"), "{}");
}

TEST(ResponsesStream, SaysThatACutCallIsIncomplete) {
  for (const bool stops : {true, false}) {
    std::vector<std::string> events{start(), begin(0, kTool), fragment(0, R"({"a":)")};
    if (stops) events.push_back(stop(0));
    events.insert(events.end(), {change("max_tokens"), kEnd});
    const Seen seen = play(events);
    EXPECT_EQ(seen.types,
              "created in_progress output_item.added function_call_arguments.delta "
              "function_call_arguments.done output_item.done incomplete");
    const auto last = seen.last();
    EXPECT_EQ(json::string_or(last["response"]["output"][0], "status"), "incomplete");
    EXPECT_EQ(json::string_or(last["response"]["output"][0], "arguments"), R"({"a":)");
  }
}

TEST(ResponsesStream, ReasonsWithoutASummaryWhenTheThinkingIsHidden) {
  const Seen seen = play({start(), begin(0, R"({"type":"thinking","thinking":"","signature":""})"),
                          delta(0, R"({"type":"signature_delta","signature":"s"})"), stop(0),
                          begin(1, R"({"type":"redacted_thinking","data":"zz"})"), stop(1),
                          change("end_turn"), kEnd});
  EXPECT_EQ(seen.types,
            "created in_progress output_item.added output_item.done output_item.added "
            "output_item.done completed");
  EXPECT_FALSE(seen.at(3)["item"].HasMember("encrypted_content"));
}

TEST(ResponsesStream, CarriesSignedThinkingOnceItIsWhole) {
  wire::ResponsesEcho echo;
  echo.include_encrypted_content = true;
  echo.include_reasoning = false;
  const Seen seen = play({start(), begin(0, R"({"type":"thinking","thinking":"","signature":""})"),
                          delta(0, R"({"type":"thinking_delta","thinking":"pl"})"),
                          delta(0, R"({"type":"thinking_delta","thinking":"an"})"),
                          delta(0, R"({"type":"signature_delta","signature":"s="})"), stop(0),
                          change("end_turn"), kEnd},
                         echo);
  EXPECT_EQ(seen.types, "created in_progress output_item.added output_item.done completed");
  EXPECT_FALSE(seen.at(2)["item"].HasMember("encrypted_content"));
  const std::string sealed(json::string_or(seen.at(3)["item"], "encrypted_content"));
  EXPECT_EQ(wire::open_reasoning(sealed),
            R"({"type":"thinking","thinking":"plan","signature":"s="})");
  EXPECT_EQ(json::string_or(seen.last()["response"]["output"][0], "encrypted_content"), sealed);
}

TEST(ResponsesStream, ShowsAWebSearchAndSwallowsItsInput) {
  const Seen seen = play(
      {start(), begin(0, R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})"),
       fragment(0, R"({"query":)"), fragment(0, R"("sky"})"), stop(0),
       begin(1, R"({"type":"web_search_tool_result","tool_use_id":"s","content":[]})"), stop(1),
       begin(2, R"({"type":"server_tool_use","id":"t","name":"web_fetch","input":{}})"),
       fragment(2, "{}"), stop(2), change("end_turn"), kEnd});
  EXPECT_EQ(seen.types, "created in_progress output_item.added output_item.done completed");
  EXPECT_EQ(json::dump(seen.at(2)["item"]["action"]), R"({"type":"search","query":""})");
  EXPECT_EQ(json::string_or(seen.at(2)["item"], "status"), "in_progress");
  EXPECT_EQ(json::dump(seen.at(3)["item"]["action"]), R"({"type":"search","query":"sky"})");
  EXPECT_EQ(json::string_or(seen.at(3)["item"], "status"), "completed");
}

TEST(ResponsesStream, AddsARefusalToTheMessageThatIsOpen) {
  const Seen seen = play({start(), begin(0, kText), text(0, "So"), stop(0),
                          R"({"type":"message_delta","delta":{"stop_reason":"refusal",)"
                          R"("stop_details":{"explanation":"No."}},"usage":{}})",
                          kEnd});
  EXPECT_EQ(seen.types,
            "created in_progress output_item.added content_part.added output_text.delta "
            "output_text.done content_part.done content_part.added refusal.delta refusal.done "
            "content_part.done output_item.done incomplete");
  EXPECT_EQ(json::integer_or(seen.at(7), "content_index"), 1);
  EXPECT_EQ(json::dump(seen.at(7)["part"]), R"({"type":"refusal","refusal":""})");
  EXPECT_EQ(json::string_or(seen.at(8), "delta"), "No.");
  EXPECT_EQ(json::string_or(seen.at(9), "refusal"), "No.");
  EXPECT_EQ(json::dump(seen.at(10)["part"]), R"({"type":"refusal","refusal":"No."})");
  EXPECT_EQ(json::string_or(seen.at(11)["item"], "status"), "incomplete");
}

TEST(ResponsesStream, RefusesInAMessageOfItsOwnAfterACall) {
  const Seen seen = play({start(), begin(0, kTool), stop(0), change("refusal"), kEnd});
  EXPECT_EQ(seen.types,
            "created in_progress output_item.added function_call_arguments.delta "
            "function_call_arguments.done output_item.done output_item.added content_part.added "
            "refusal.delta refusal.done content_part.done output_item.done incomplete");
  const auto last = seen.last();
  ASSERT_EQ(last["response"]["output"].Size(), 1u);  // the call is gone
  EXPECT_EQ(json::string_or(last["response"]["output"][0], "id"),
            json::string_or(seen.at(6)["item"], "id"));
}

TEST(ResponsesStream, TakesWhatTheMessageStartsWith) {
  const std::string given =
      R"({"type":"thinking","thinking":"plan","signature":"s"},)"
      R"({"type":"text","text":"Hi","citations":[{"type":"web_search_result_location",)"
      R"("url":"https://a.example","title":"T"}]},)"
      R"({"type":"tool_use","id":"toolu_1","name":"f","input":{"a":1}})";
  const Seen seen =
      play({start(given), begin(3, kText), text(3, "more"), stop(3), change("end_turn"), kEnd});
  EXPECT_EQ(seen.types,
            "created in_progress "
            "output_item.added reasoning_summary_part.added reasoning_summary_text.delta "
            "reasoning_summary_text.done reasoning_summary_part.done output_item.done "
            "output_item.added content_part.added output_text.delta output_text.annotation.added "
            "output_text.done content_part.done output_item.done "
            "output_item.added function_call_arguments.delta function_call_arguments.done "
            "output_item.done "
            "output_item.added content_part.added output_text.delta output_text.done "
            "content_part.done output_item.done completed");
  EXPECT_EQ(json::string_or(seen.first("response.function_call_arguments.delta"), "delta"),
            R"({"a":1})");
  const auto kept = parsed(seen.kept);
  EXPECT_TRUE(wire::open_reasoning(json::string_or(kept["output"][0], "encrypted_content")));
}

TEST(ResponsesStream, KeepsTheCitationsAndTheSignatureThatABlockStartsWith) {
  wire::ResponsesEcho echo;
  echo.include_encrypted_content = true;
  const std::string cited =
      R"({"type":"text","text":"Hi","citations":[{"type":"web_search_result_location",)"
      R"("url":"https://a.example","title":"T"}]})";
  const Seen seen = play({start(), begin(0, R"({"type":"thinking","thinking":"","signature":"s"})"),
                          delta(0, R"({"type":"thinking_delta","thinking":"plan"})"),
                          delta(0, R"({"type":"signature_delta","signature":""})"), stop(0),
                          begin(1, cited), stop(1), change("end_turn"), kEnd},
                         echo);
  const auto last = seen.last();
  const auto& output = last["response"]["output"];
  EXPECT_EQ(wire::open_reasoning(json::string_or(output[0], "encrypted_content")),
            R"({"type":"thinking","thinking":"plan","signature":"s"})");
  EXPECT_EQ(output[1]["content"][0]["annotations"].Size(), 1u);
}

TEST(ResponsesStream, TakesTextWhoseBlockWasNeverStarted) {
  const Seen seen = play({start(), text(7, "Hi"), stop(7), change("end_turn"), kEnd});
  EXPECT_EQ(json::string_or(seen.first("response.output_text.done"), "text"), "Hi");
}

// No server does that; it must come out in order all the same.
TEST(ResponsesStream, KeepsTextsApartWhoseBlocksOverlapACall) {
  const Seen seen = play({start(), begin(0, kText), text(0, "a"), begin(1, kTool), text(0, "b"),
                          fragment(1, R"({"x":1})"), stop(0), begin(2, kText), text(2, "c"),
                          stop(1), stop(2), change("max_tokens"), kEnd});
  const auto last = seen.last();
  const auto& output = last["response"]["output"];
  ASSERT_EQ(output.Size(), 3u);
  EXPECT_EQ(json::string_or(output[0]["content"][0], "text"), "ab");
  EXPECT_EQ(json::string_or(output[0], "status"), "completed");
  EXPECT_EQ(json::string_or(output[1], "arguments"), R"({"x":1})");
  EXPECT_EQ(json::string_or(output[2]["content"][0], "text"), "c");
  EXPECT_EQ(json::string_or(output[2], "status"), "incomplete");
}

TEST(ResponsesStream, FinishesWhenOnlyTheLastEventIsMissing) {
  const Seen seen = play({start(), begin(0, kText), text(0, "Hi"), change("end_turn")});
  EXPECT_TRUE(seen.types.ends_with("output_item.done completed")) << seen.types;
}

TEST(ResponsesStream, FailsWhenTheStreamIsCut) {
  const Seen seen = play({start(), begin(0, kText), text(0, "Hi")});
  EXPECT_EQ(seen.types,
            "created in_progress output_item.added content_part.added output_text.delta failed");
  const auto last = seen.last();
  const auto& response = last["response"];
  EXPECT_EQ(json::string_or(response, "status"), "failed");
  EXPECT_EQ(json::string_or(response["error"], "code"), "server_error");
  EXPECT_NE(json::string_or(response["error"], "message"), "");
  EXPECT_FALSE(response.HasMember("output"));
  EXPECT_EQ(seen.kept, "");
}

TEST(ResponsesStream, TellsARateLimitFromOtherFailures) {
  const auto error = [](const std::string& type) {
    return R"({"type":"error","error":{"type":")" + type + R"(","message":"slow down"}})";
  };
  const auto limited = play({start(), error("rate_limit_error")}).last();
  EXPECT_EQ(json::dump(limited["response"]["error"]),
            R"({"code":"rate_limit_exceeded","message":"slow down"})");
  const auto failed = play({start(), error("api_error")}).last();
  EXPECT_EQ(json::dump(failed["response"]["error"]),
            R"({"code":"server_error","message":"slow down"})");
}

TEST(ResponsesStream, FailsOnAnEventThatIsNoJson) {
  const Seen seen = play({start(), "{"});
  EXPECT_TRUE(seen.types.ends_with(" failed"));
}

TEST(ResponsesStream, SaysNothingAfterItsEnd) {
  wire::ResponsesStreamEncoder encoder(std::string(kResponseId), 1, {});
  wire::EventParser parser;
  std::string out;
  EXPECT_TRUE(encoder.encode(*parser.parse(start()), out));
  EXPECT_FALSE(encoder.encode(*parser.parse(kEnd), out));
  const std::string before = out;
  EXPECT_FALSE(encoder.encode(*parser.parse(text(0, "late")), out));
  encoder.end(out);
  encoder.fail(Error{}, out);
  EXPECT_EQ(out, before);
}

}  // namespace
}  // namespace claif::test

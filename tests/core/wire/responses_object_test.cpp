#include "wire/responses_object.hpp"

#include "support/json_difference.hpp"
#include "wire/reasoning_carrier.hpp"

#include <gtest/gtest.h>

namespace claif::test {
namespace {

const std::string kId = "resp_00112233445566778899aabbccddeeff";

rapidjson::Document response_of(const std::string& content,
                                const std::string& stop_reason = "end_turn",
                                const wire::ResponsesEcho& echo = {},
                                const std::string& more = "") {
  const auto message =
      wire::Message::parse(R"({"model":"m","content":[)" + content + R"(],"stop_reason":")" +
                           stop_reason + R"(")" + more + "}");
  EXPECT_TRUE(message);
  auto out = parsed(wire::encode_response(*message, echo, kId, 1700000000));
  EXPECT_FALSE(out.HasParseError());
  return out;
}

std::string output_of(const std::string& content, const std::string& stop_reason = "end_turn") {
  return json::dump(response_of(content, stop_reason)["output"]);
}

const std::string kText = R"({"type":"text","text":"Hi"})";
const std::string kTool = R"({"type":"tool_use","id":"toolu_1","name":"f","input":{"a":1}})";

std::string message_item(int index, const std::string& text, const std::string& status) {
  return R"({"id":"msg_00112233445566778899aabbccddeeff_)" + std::to_string(index) +
         R"(","type":"message","role":"assistant","status":")" + status +
         R"(","content":[{"type":"output_text","text":")" + text +
         R"(","annotations":[],"logprobs":[]}]})";
}

TEST(ResponseObject, RepeatsWhatWasAsked) {
  wire::ResponsesEcho echo;
  echo.instructions = R"("Be kind.")";
  echo.tools = R"([{"type":"function","name":"f"}])";
  echo.tool_choice = R"("required")";
  echo.parallel_tool_calls = "false";
  echo.temperature = "0.5";
  echo.top_p = "0.9";
  echo.max_output_tokens = "64";
  echo.reasoning = R"({"effort":"low","summary":"auto"})";
  echo.text = R"({"format":{"type":"text"},"verbosity":"low"})";
  echo.metadata = R"({"k":"v"})";
  echo.previous_response_id = R"("resp_1")";
  echo.store = true;
  EXPECT_EQ(json::dump(response_of("", "end_turn", echo)),
            R"({"id":"resp_00112233445566778899aabbccddeeff","object":"response",)"
            R"("created_at":1700000000,"status":"completed","error":null,)"
            R"("incomplete_details":null,"instructions":"Be kind.","max_output_tokens":64,)"
            R"("model":"m","output":[],"parallel_tool_calls":false,)"
            R"("previous_response_id":"resp_1","reasoning":{"effort":"low","summary":"auto"},)"
            R"("store":true,"temperature":0.5,)"
            R"("text":{"format":{"type":"text"},"verbosity":"low"},"tool_choice":"required",)"
            R"("tools":[{"type":"function","name":"f"}],"top_p":0.9,"truncation":"disabled",)"
            R"("usage":{"input_tokens":0,)"
            R"("input_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},)"
            R"("output_tokens":0,"output_tokens_details":{"reasoning_tokens":0},)"
            R"("total_tokens":0},"metadata":{"k":"v"},"access_programs":null})");
}

TEST(ResponseObject, CountsCachedTokensAsInput) {
  const auto response =
      response_of("", "end_turn", {},
                  R"(,"usage":{"input_tokens":10,"cache_creation_input_tokens":20,)"
                  R"("cache_read_input_tokens":30,"output_tokens":5,)"
                  R"("output_tokens_details":{"thinking_tokens":3}})");
  EXPECT_EQ(json::dump(response["usage"]),
            R"({"input_tokens":60,)"
            R"("input_tokens_details":{"cached_tokens":30,"cache_write_tokens":20},)"
            R"("output_tokens":5,"output_tokens_details":{"reasoning_tokens":3},)"
            R"("total_tokens":65})");
}

TEST(ResponseObject, JoinsAdjacentTextAndOnlyThat) {
  EXPECT_EQ(output_of(kText + "," + kText), "[" + message_item(0, "HiHi", "completed") + "]");
  EXPECT_EQ(
      output_of(kText + R"(,{"type":"of_tomorrow"},)" + kText),
      "[" + message_item(0, "Hi", "completed") + "," + message_item(1, "Hi", "completed") + "]");
}

TEST(ResponseObject, KeepsAnEmptyText) {
  EXPECT_EQ(output_of(R"({"type":"text","text":""})"),
            "[" + message_item(0, "", "completed") + "]");
}

TEST(ResponseObject, ShowsWebSearchesAndSkipsOtherServerTools) {
  EXPECT_EQ(output_of(R"({"type":"server_tool_use","id":"s1","name":"web_search",)"
                      R"("input":{"query":"sky"}},{"type":"web_search_tool_result",)"
                      R"("tool_use_id":"s1","content":[]},)"
                      R"({"type":"server_tool_use","id":"s2","name":"code_execution",)"
                      R"("input":{"code":"1"}},{"type":"mcp_tool_use","id":"m"})"),
            R"([{"id":"ws_00112233445566778899aabbccddeeff_0","type":"web_search_call",)"
            R"("status":"completed","action":{"type":"search","query":"sky"}}])");
}

TEST(ResponseObject, TurnsCitationsOfPagesIntoAnnotations) {
  const auto response =
      response_of(R"({"type":"text","text":"Où? "},{"type":"text","text":"là 🙂","citations":[)"
                  R"({"type":"web_search_result_location","url":"https://a.example/x","title":"T",)"
                  R"("cited_text":"c","encrypted_index":"e"},)"
                  R"({"type":"char_location","document_title":"D","start_char_index":0},)"
                  R"({"type":"search_result_location","source":"http://b.example","title":null},)"
                  R"({"type":"search_result_location","source":"internal:42","title":"No page"}]},)"
                  R"({"type":"text","text":"."})");
  const auto& part = response["output"][0]["content"][0];
  EXPECT_EQ(json::string_or(part, "text"), "Où? là 🙂.");
  EXPECT_EQ(json::dump(part["annotations"]),
            R"([{"type":"url_citation","start_index":4,"end_index":8,)"
            R"("url":"https://a.example/x","title":"T"},)"
            R"({"type":"url_citation","start_index":4,"end_index":8,)"
            R"("url":"http://b.example","title":""}])");
}

TEST(ResponseObject, CarriesSignedThinkingOnlyWhenAskedTo) {
  const std::string thinking = R"({"type":"thinking","thinking":"plan","signature":"sig=="})";
  const std::string redacted = R"({"type":"redacted_thinking","data":"zzz"})";
  const auto without = response_of(thinking + "," + redacted);
  EXPECT_EQ(json::dump(without["output"]),
            R"([{"id":"rs_00112233445566778899aabbccddeeff_0","type":"reasoning",)"
            R"("summary":[{"type":"summary_text","text":"plan"}]},)"
            R"({"id":"rs_00112233445566778899aabbccddeeff_1","type":"reasoning","summary":[]}])");
  wire::ResponsesEcho echo;
  echo.include_encrypted_content = true;
  echo.include_reasoning = false;
  const auto with = response_of(thinking + "," + redacted, "end_turn", echo);
  EXPECT_TRUE(with["output"][0]["summary"].Empty());
  EXPECT_EQ(json::string_or(with["output"][0], "encrypted_content"),
            "eyJ2IjoxLCJibG9ja3MiOlt7InR5cGUiOiJ0aGlua2luZyIsInRoaW5raW5nIjoicGxhbiIsInNpZ25hdHVyZ"
            "SI6InNpZz09In1dfQ==");
  EXPECT_EQ(wire::open_reasoning(json::string_or(with["output"][1], "encrypted_content")),
            redacted);
}

TEST(ResponseObject, CarriesNoThinkingThatClaudeWouldRefuse) {
  wire::ResponsesEcho echo;
  echo.include_encrypted_content = true;
  const auto cut =
      response_of(R"({"type":"thinking","thinking":"pl","signature":""})", "max_tokens", echo);
  EXPECT_FALSE(cut["output"][0].HasMember("encrypted_content"));
}

TEST(ResponseObject, SaysWhyItIsIncomplete) {
  for (const std::string reason : {"max_tokens", "model_context_window_exceeded", "pause_turn"}) {
    const auto response = response_of(kText, reason);
    EXPECT_EQ(json::string_or(response, "status"), "incomplete") << reason;
    EXPECT_EQ(json::dump(response["incomplete_details"]), R"({"reason":"max_output_tokens"})");
    EXPECT_EQ(json::dump(response["output"]), "[" + message_item(0, "Hi", "incomplete") + "]");
  }
  for (const std::string reason : {"end_turn", "stop_sequence", "tool_use", "", "of_tomorrow"})
    EXPECT_EQ(json::string_or(response_of(kText, reason), "status"), "completed") << reason;
}

TEST(ResponseObject, LeavesAMessageCompleteThatIsNotTheLast) {
  const auto response = response_of(kText + "," + kTool, "max_tokens");
  EXPECT_EQ(json::string_or(response["output"][0], "status"), "completed");
  EXPECT_EQ(json::string_or(response["output"][1], "status"), "completed");
}

TEST(ResponseObject, AddsARefusalToTheLastMessage) {
  const auto response =
      response_of(kText, "refusal", {}, R"(,"stop_details":{"explanation":"No."})");
  EXPECT_EQ(json::dump(response["incomplete_details"]), R"({"reason":"content_filter"})");
  ASSERT_EQ(response["output"].Size(), 1u);
  EXPECT_EQ(json::string_or(response["output"][0], "status"), "incomplete");
  EXPECT_EQ(json::dump(response["output"][0]["content"][1]),
            R"({"type":"refusal","refusal":"No."})");
}

TEST(ResponseObject, HasARefusalWithoutAnyText) {
  const auto response = response_of("", "refusal");
  ASSERT_EQ(response["output"].Size(), 1u);
  EXPECT_EQ(json::dump(response["output"][0]["content"]),
            R"([{"type":"refusal","refusal":"The model declined to respond to this request."}])");
}

TEST(ResponseObject, ShowsARefusedAnswerWithoutItsCalls) {
  const auto response = response_of(kTool + "," + kText + "," + kTool, "refusal");
  ASSERT_EQ(response["output"].Size(), 2u);
  EXPECT_EQ(json::string_or(response["output"][0], "type"), "message");
  EXPECT_EQ(json::string_or(response["output"][1], "type"), "message");
  EXPECT_EQ(json::string_or(response["output"][1], "id"), "msg_00112233445566778899aabbccddeeff_3");
}

// What MessageAssembler makes of a call whose JSON was cut.
TEST(ResponseObject, GivesACutCallAsItCame) {
  const auto cut =
      response_of(R"({"type":"tool_use","id":"t","name":"f","input":{"INVALID_JSON":"{\"a\":"}})",
                  "max_tokens");
  EXPECT_EQ(json::string_or(cut["output"][0], "arguments"), R"({"a":)");
  EXPECT_EQ(json::string_or(cut["output"][0], "status"), "incomplete");
  const auto meant = response_of(
      R"({"type":"tool_use","id":"t","name":"f","input":{"INVALID_JSON":"{\"a\":1}"}})");
  EXPECT_EQ(json::string_or(meant["output"][0], "arguments"), R"({"INVALID_JSON":"{\"a\":1}"})");
  EXPECT_EQ(json::string_or(meant["output"][0], "status"), "completed");
}

TEST(ResponseObject, TakesTheFenceOffJsonThatWasAskedForByPrompt) {
  wire::ResponsesEcho echo;
  echo.strip_fence = true;
  const std::string fenced =
      R"({"type":"text","text":"```json\n"},{"type":"text","text":"{\"a\":1}","citations":[)"
      R"({"type":"web_search_result_location","url":"https://a.example","title":"T"}]},)"
      R"({"type":"text","text":"\n```"})";
  const auto response = response_of(fenced, "end_turn", echo);
  const auto& part = response["output"][0]["content"][0];
  EXPECT_EQ(json::string_or(part, "text"), R"({"a":1})");
  EXPECT_EQ(json::integer_or(part["annotations"][0], "start_index", -1), 0);
  EXPECT_EQ(json::integer_or(part["annotations"][0], "end_index", -1), 7);
  EXPECT_TRUE(json::string_or(response_of(fenced)["output"][0]["content"][0], "text")
                  .starts_with("```json"));
}

TEST(ResponseIds, AreNewEachTimeAndRecognised) {
  const std::string a = wire::new_response_id(), b = wire::new_response_id();
  EXPECT_NE(a, b);
  EXPECT_TRUE(wire::is_response_id(a)) << a;
  for (const std::string other : {"", "resp_", "resp_1", "resp_../../etc/passwd", "msg_1"})
    EXPECT_FALSE(wire::is_response_id(other)) << other;
  EXPECT_FALSE(wire::is_response_id(a + "0"));
  EXPECT_FALSE(wire::is_response_id("resp_" + std::string(32, 'A')));
}

TEST(ReasoningCarrier, GivesBackWhatItTook) {
  for (const std::string text : {"", "a", "ab", "abc", "ü🙂"}) {
    const std::string block = R"({"type":"thinking","thinking":")" + text + R"(","signature":"s"})";
    EXPECT_EQ(wire::open_reasoning(wire::seal_reasoning(block)), block);
  }
}

TEST(ReasoningCarrier, KnowsWhatIsNotIts) {
  const std::string ours = wire::seal_reasoning(R"({"type":"thinking","thinking":"x"})");
  for (const std::string& foreign :
       {std::string(), std::string("gAAAAABo"), std::string("no base64!"), ours.substr(4),
        ours + "AAAA", ours + " ", std::string("e30="),
        wire::seal_reasoning(R"({"type":"text","text":"x"})"), wire::seal_reasoning("1"),
        std::string("eyJ2IjoyLCJibG9ja3MiOltdfQ==")})
    EXPECT_EQ(wire::open_reasoning(foreign), std::nullopt) << foreign;
}

}  // namespace
}  // namespace claif::test

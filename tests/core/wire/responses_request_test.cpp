// What a Responses request says besides its translation: the conversation before it, what is kept
// of it, what its response repeats. (The vectors show the translation.)
#include "wire/responses_request.hpp"

#include "support/json_difference.hpp"
#include "wire/body.hpp"
#include "wire/reasoning_carrier.hpp"

#include <string>

#include <gtest/gtest.h>

namespace claif::wire {
namespace {

using test::difference;
using test::parsed;

constexpr std::string_view kId = "resp_000102030405060708090a0b0c0d0e0f";

Result<ResponsesRequest> decode(const std::string& members, ResponsesOptions options = {}) {
  options.id = kId;
  const auto request =
      parse_request(R"({"model":"claude-opus-5-5","max_output_tokens":9,)" + members + "}");
  if (!request) return fail(request.error());
  return decode_responses(*request, options);
}

ResponsesOptions after(std::vector<PastTurn> turns) {
  ResponsesOptions out;
  out.keeps = true;
  out.history = std::move(turns);
  return out;
}

std::string messages_of(const Result<ResponsesRequest>& request) {
  if (!request) return request.error().message;
  return json::dump(parsed(request->messages.body)["messages"]);
}

const std::string kNext = R"("input":"next","previous_response_id":"resp_1")";

TEST(ResponsesRequest, GoesOnWithTheConversationBefore) {
  const auto request = decode(
      R"("instructions":"Be brief.",)" + kNext,
      after(
          {{"h",
            R"({"id":"a","type":"message","role":"user","content":[{"type":"input_text","text":"q"}]},)"
            R"({"id":"b","type":"message","role":"assistant","status":"completed","content":)"
            R"([{"type":"output_text","text":"r","annotations":[],"logprobs":[]}]})"},
           {"h",
            R"({"role":"user","content":"q2"},)"
            R"({"type":"message","role":"assistant","content":[{"type":"refusal","refusal":"no"}]})"}}));
  EXPECT_EQ(messages_of(request),
            R"([{"role":"user","content":"q"},{"role":"assistant","content":"r"},)"
            R"({"role":"user","content":"q2"},{"role":"assistant","content":"no"},)"
            R"({"role":"user","content":"next"}])");
  ASSERT_TRUE(request);
  EXPECT_EQ(json::string_or(parsed(request->messages.body), "system"), "Be brief.");
  EXPECT_EQ(request->previous, "resp_1");
  EXPECT_EQ(request->echo.previous_response_id, R"("resp_1")");
}

TEST(ResponsesRequest, AnswersTheCallsOfTheConversationBefore) {
  const std::vector<PastTurn> turns{
      {"h", R"({"role":"user","content":"q"},{"type":"function_call","call_id":"c1","name":"f",)"
            R"("arguments":"{}","status":"completed"})"}};
  const std::string tools =
      R"("tools":[{"type":"function","name":"f"}],"previous_response_id":"r",)";
  EXPECT_EQ(
      messages_of(
          decode(tools + R"("input":[{"type":"function_call_output","call_id":"c1","output":"x"}])",
                 after(turns))),
      R"([{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"c1",)"
      R"("name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result",)"
      R"("tool_use_id":"c1","content":"x"}]}])");
  const auto unanswered = decode(tools + R"("input":"and?")", after(turns));
  ASSERT_FALSE(unanswered);
  EXPECT_EQ(unanswered.error().param, "input");
  EXPECT_EQ(unanswered.error().reason, "invalid_value");
}

// G5: signed thinking is refused when what went before it is not what it was.
TEST(ResponsesRequest, GivesThinkingBackOnlyUnderTheHeadThatItHad) {
  const std::string block = R"({"type":"thinking","thinking":"hm","signature":"s"})";
  const std::string items =
      R"({"role":"user","content":"q"},{"type":"reasoning","id":"rs_1","summary":[],)"
      R"("encrypted_content":")" +
      seal_reasoning(block) + R"("},{"role":"assistant","content":"r"})";
  const std::string first = R"("instructions":"Be kind.","tools":[{"type":"function","name":"f"}],)"
                            R"("input":"q")";
  const auto before = decode(first);
  ASSERT_TRUE(before);
  const auto thinks = [&](const std::string& members) {
    const auto request =
        decode(members + R"(,"previous_response_id":"r")", after({{before->head, items}}));
    EXPECT_TRUE(request) << members;
    return messages_of(request).find(block) != std::string::npos;
  };
  EXPECT_TRUE(thinks(first));
  EXPECT_TRUE(thinks(first + R"(,"tool_choice":"none","temperature":1,"metadata":{"a":"b"})"));
  EXPECT_FALSE(thinks(R"("input":"q")"));
  EXPECT_FALSE(thinks(R"("instructions":"Be kind.","input":"q")"));
  EXPECT_FALSE(thinks(first + R"(,"text":{"format":{"type":"json_object"}})"));
  EXPECT_FALSE(thinks(first + R"(,"anthropic":{"system":"Be rude."})"));
  EXPECT_FALSE(thinks(
      first +
      R"(,"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]})"));
}

TEST(ResponsesRequest, NeedsTheConversationThatItNames) {
  ResponsesOptions keeps;
  keeps.keeps = true;
  for (const auto& options : {ResponsesOptions{}, keeps}) {
    const auto request = decode(kNext, options);
    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().reason, "previous_response_not_found");
    EXPECT_EQ(request.error().param, "previous_response_id");
    EXPECT_EQ(request.error().message.find("responses.use") == std::string::npos, options.keeps);
  }
}

TEST(ResponsesRequest, IsKeptWhereThereIsAStoreUnlessItSaysNo) {
  ResponsesOptions keeps;
  keeps.keeps = true;
  struct Row {
    std::string members;
    bool kept_with_store;
    std::string warning_without;
  };
  for (const Row& row :
       {Row{R"("input":"q")", true, ""}, Row{R"("input":"q","store":null)", true, ""},
        Row{R"("input":"q","store":true)", true, "store:ignored"},
        Row{R"("input":"q","store":false)", false, ""}}) {
    const auto with = decode(row.members, keeps), without = decode(row.members);
    ASSERT_TRUE(with && without) << row.members;
    EXPECT_EQ(with->echo.store, row.kept_with_store) << row.members;
    EXPECT_EQ(with->input_items.empty(), !row.kept_with_store);
    EXPECT_TRUE(with->warnings.empty());
    EXPECT_FALSE(without->echo.store);
    EXPECT_EQ(without->input_items, "");
    EXPECT_EQ(without->warnings.empty() ? "" : without->warnings.at(0), row.warning_without);
  }
  EXPECT_EQ(decode(R"("input":"q","store":1)").error().param, "store");
}

TEST(ResponsesRequest, ListsItsInputAsItemsWithIds) {
  ResponsesOptions keeps;
  keeps.keeps = true;
  const std::string base(kId.substr(5));
  EXPECT_EQ(difference(decode(R"("input":"q")", keeps)->input_items,
                       R"([{"id":"msg_)" + base +
                           R"(_in0","type":"message","role":"user","content":)"
                           R"([{"type":"input_text","text":"q"}]}])"),
            "");
  const auto request =
      decode(R"("tools":[{"type":"function","name":"f"}],"input":[{"role":"user","content":"q"},)"
             R"({"id":"mine","type":"message","role":"assistant","content":"r"},)"
             R"({"role":"user","content":[{"type":"input_text","text":"s"}]},)"
             R"({"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},)"
             R"({"type":"function_call_output","id":null,"call_id":"c1","output":"x"}])",
             keeps);
  ASSERT_TRUE(request) << request.error().message;
  const auto expected =
      R"([{"id":"msg_B_in0","type":"message","role":"user","content":[{"type":"input_text","text":"q"}]},)"
      R"({"id":"mine","type":"message","role":"assistant","content":[{"type":"output_text","text":"r",)"
      R"("annotations":[],"logprobs":[]}]},)"
      R"({"id":"msg_B_in2","type":"message","role":"user","content":[{"type":"input_text","text":"s"}]},)"
      R"({"id":"fc_B_in3","type":"function_call","call_id":"c1","name":"f","arguments":"{}"},)"
      R"({"id":"fco_B_in4","type":"function_call_output","call_id":"c1","output":"x"}])";
  std::string wanted(expected);
  for (size_t at = 0; (at = wanted.find("_B_", at)) != std::string::npos;)
    wanted.replace(at + 1, 1, base);
  EXPECT_EQ(difference(wanted, request->input_items), "");
}

TEST(ResponsesRequest, SaysWhatItsResponseRepeats) {
  const auto request =
      decode(R"("input":"q","instructions":"Be kind.","tools":[{"type":"function","name":"f"}],)"
             R"("tool_choice":"none","parallel_tool_calls":false,"temperature":0.5,"top_p":0.9,)"
             R"("reasoning":{"effort":"low"},"text":{"verbosity":"medium"},"metadata":{"k":"v"},)"
             R"("include":["reasoning.encrypted_content"])");
  ASSERT_TRUE(request) << request.error().message;
  const ResponsesEcho& echo = request->echo;
  EXPECT_EQ(echo.instructions, R"("Be kind.")");
  EXPECT_EQ(echo.tools, R"([{"type":"function","name":"f"}])");
  EXPECT_EQ(echo.tool_choice, R"("none")");
  EXPECT_EQ(echo.parallel_tool_calls, "false");
  EXPECT_EQ(echo.temperature, "0.5");
  EXPECT_EQ(echo.top_p, "0.9");
  EXPECT_EQ(echo.max_output_tokens, "9");
  EXPECT_EQ(echo.reasoning, R"({"effort":"low","summary":null})");
  EXPECT_EQ(echo.text, R"({"format":{"type":"text"},"verbosity":"medium"})");
  EXPECT_EQ(echo.metadata, R"({"k":"v"})");
  EXPECT_EQ(echo.previous_response_id, "null");
  EXPECT_TRUE(echo.include_encrypted_content);
  EXPECT_TRUE(echo.include_reasoning);
}

TEST(PreviousResponseId, IsFoundBeforeTheRequestIsRead) {
  const auto previous = [](const char* text) { return previous_response_id(*parse_request(text)); };
  EXPECT_EQ(previous(R"({"input":"a"})").value(), std::nullopt);
  EXPECT_EQ(previous(R"({"previous_response_id":null})").value(), std::nullopt);
  EXPECT_EQ(previous(R"({"previous_response_id":"resp_1"})").value(), "resp_1");
  EXPECT_EQ(previous(R"({"input":"the \"previous_response_id\" is"})").value(), std::nullopt);
  EXPECT_EQ(previous(R"({"previous_response_id":7})").error().reason, "invalid_type");
  EXPECT_EQ(decode(R"("previous_response_id")").error().reason, "invalid_json");
}

TEST(ResponsesRequest, CopiesLongStringsAsTheyWereWritten) {
  const std::string text = R"(caf\u00e9 \/ )" + std::string(80, 'x');
  const auto request = decode(R"("input":")" + text + "\"");
  ASSERT_TRUE(request);
  EXPECT_NE(request->messages.body.find(text), std::string::npos) << request->messages.body;
}

}  // namespace
}  // namespace claif::wire

// Whole messages -> chat completions (A1-A7, F2).
#include "wire/chat_response.hpp"

#include "support/json_difference.hpp"
#include "wire/code_fence.hpp"
#include "wire/finish_reason.hpp"

#include <string>

#include <gtest/gtest.h>

namespace claif::test {
namespace {

std::string message_json(const std::string& content, const std::string& stop_reason = "end_turn") {
  return R"({"id":"m","model":"x","content":[)" + content + R"(],"stop_reason":")" + stop_reason +
         R"(","usage":{"input_tokens":1,"output_tokens":2}})";
}

// The message of the one choice.
std::string completion(const std::string& content,
                       const wire::ChatEncoding& encoding = {},
                       const std::string& stop_reason = "end_turn") {
  const auto message = wire::Message::parse(message_json(content, stop_reason));
  if (!message) return message.error().message;
  const auto doc = parsed(wire::encode_chat_completion(*message, "id", 1, encoding));
  return json::dump(doc["choices"][0]["message"]);
}

std::string said(const std::string& members) {
  return R"({"role":"assistant",)" + members + "}";
}

TEST(ChatCompletion, AnnotationsCountCodePointsOfTheWholeContent) {
  EXPECT_EQ(
      completion(R"({"type":"text","text":"né😀"},{"type":"text","text":"€uro","citations":[)"
                 R"({"type":"web_search_result_location","url":"http://a.example","title":null},)"
                 R"({"type":"search_result_location","source":"https://b.example","title":"B"}]})"),
      said(R"("content":"né😀€uro","refusal":null,"annotations":[)"
           R"({"type":"url_citation","url_citation":)"
           R"({"start_index":3,"end_index":7,"url":"http://a.example","title":""}},)"
           R"({"type":"url_citation","url_citation":)"
           R"({"start_index":3,"end_index":7,"url":"https://b.example","title":"B"}}])"));
}

TEST(ChatCompletion, OnlyPagesOfTheWebBecomeAnnotations) {
  EXPECT_EQ(completion(R"({"type":"text","text":"a","citations":[)"
                       R"({"type":"search_result_location","source":"notes/a.txt","title":"A"},)"
                       R"({"type":"page_location","document_index":0,"url":"https://a.example"},)"
                       R"({"type":"web_search_result_location"},17]})"),
            said(R"("content":"a","refusal":null)"));
}

TEST(ChatCompletion, ThinkingIsJoinedWithBlankLines) {
  const std::string blocks = R"({"type":"thinking","thinking":"A","signature":"s"},)"
                             R"({"type":"thinking","thinking":"","signature":"t"},)"
                             R"({"type":"redacted_thinking","data":"d"},)"
                             R"({"type":"thinking","thinking":"B","signature":"u"})";
  EXPECT_EQ(completion(blocks),
            said(R"("content":"","refusal":null,"reasoning_content":"A\n\nB")"));
  EXPECT_EQ(completion(blocks, {.reasoning = false, .thinking_blocks = true}),
            said(R"("content":"","refusal":null,"thinking_blocks":[)" + blocks + "]"));
}

TEST(ChatCompletion, WithoutThinkingThereAreNoExtensions) {
  EXPECT_EQ(completion(R"({"type":"text","text":"a"})", {.thinking_blocks = true}),
            said(R"("content":"a","refusal":null)"));
}

TEST(ChatCompletion, LegacyRepliesHoldTheFirstCallOnly) {
  EXPECT_EQ(completion(R"({"type":"tool_use","id":"1","name":"f","input":{}},)"
                       R"({"type":"tool_use","id":"2","name":"g","input":{}})",
                       {.legacy_functions = true}),
            said(R"("content":null,"refusal":null,"function_call":{"name":"f","arguments":"{}"})"));
}

TEST(ChatCompletion, RefusedCallsAreNotPassedOn) {
  for (const bool legacy : {false, true})
    EXPECT_EQ(completion(R"({"type":"tool_use","id":"1","name":"f","input":{}})",
                         {.legacy_functions = legacy}, "refusal"),
              said(R"("content":null,"refusal":"The model declined to respond to this request.")"));
}

TEST(ChatCompletion, AFenceIsTakenOffWithItsAnnotationsInPlace) {
  EXPECT_EQ(
      completion(
          R"({"type":"text","text":"```json\n[1,"},{"type":"text","text":"2]\n```",)"
          R"("citations":[{"type":"web_search_result_location","url":"https://a.example"}]})",
          {.strip_fence = true}),
      said(
          R"("content":"[1,2]","refusal":null,"annotations":[{"type":"url_citation",)"
          R"("url_citation":{"start_index":3,"end_index":5,"url":"https://a.example","title":""}}])"));
}

TEST(CodeFence, OneThatEnclosesEverythingGoes) {
  for (const char* fenced :
       {"```json\n{}\n```", "```\n{}\n```", " \n```JSON\r\n{}\r\n``` \n", "~~~\n{}\n~~~",
        "````json\n{}\n````", "```json\n{}```", "```json  \n  {}  \n`````"})
    EXPECT_EQ(wire::without_fence(fenced), "{}") << fenced;
  EXPECT_EQ(wire::without_fence("```\n```"), "");
  EXPECT_EQ(wire::without_fence("````\n```\n{}\n```\n````"), "```\n{}\n```");
}

TEST(CodeFence, AnythingElseStays) {
  for (const char* text :
       {"", "{}", "`", "```", "``````", "``\n{}\n``", "Here:\n```json\n{}\n```", "```json\n{}\n",
        "```json\n{}\n```\nDone.", "```\n1\n```\n```\n2\n```", "```a`b\n{}\n```", "```\n{}\n~~~"})
    EXPECT_EQ(wire::without_fence(text), text);
}

TEST(FinishReason, FollowsTheTable) {
  struct Row {
    std::string_view stop_reason, without_calls, with_calls;
  };
  for (const Row& row :
       {Row{"end_turn", "stop", "tool_calls"}, Row{"stop_sequence", "stop", "tool_calls"},
        Row{"tool_use", "stop", "tool_calls"}, Row{"compaction", "stop", "tool_calls"},
        Row{"", "stop", "tool_calls"}, Row{"something new", "stop", "tool_calls"},
        Row{"max_tokens", "length", "length"},
        Row{"model_context_window_exceeded", "length", "length"},
        Row{"pause_turn", "length", "length"},
        Row{"refusal", "content_filter", "content_filter"}}) {
    EXPECT_EQ(wire::finish_reason(row.stop_reason, false), row.without_calls) << row.stop_reason;
    EXPECT_EQ(wire::finish_reason(row.stop_reason, true), row.with_calls) << row.stop_reason;
  }
  EXPECT_EQ(wire::finish_reason("tool_use", true, true), "function_call");
  EXPECT_EQ(wire::finish_reason("tool_use", false, true), "stop");
}

}  // namespace
}  // namespace claif::test

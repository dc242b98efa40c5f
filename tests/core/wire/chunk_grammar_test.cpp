// The checker of streams finds what it is there for.
#include "support/chunk_grammar.hpp"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

using testing::HasSubstr;

std::string data(const std::string& json) {
  return "data: " + json + "\n\n";
}
std::string chunk(const std::string& delta, const std::string& reason = "null") {
  return data(R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"x","choices":)"
              R"([{"index":0,"delta":)" +
              delta + R"(,"logprobs":null,"finish_reason":)" + reason + "}]}");
}

const std::string kRole = chunk(R"({"role":"assistant","content":""})");
const std::string kText = chunk(R"({"content":"né"})");
const std::string kFinish = chunk("{}", R"("stop")");
const std::string kCalled = chunk("{}", R"("tool_calls")");
const std::string kDone = "data: [DONE]\n\n";
const std::string kError =
    data(R"({"error":{"message":"m","type":"server_error","param":null,"code":null}})");

std::string call(int index, const std::string& id = "t") {
  return chunk(R"({"tool_calls":[{"index":)" + std::to_string(index) + R"(,"id":")" + id +
               R"(","type":"function","function":{"name":"f","arguments":""}}]})");
}
std::string arguments(int index) {
  return chunk(R"({"tool_calls":[{"index":)" + std::to_string(index) +
               R"(,"function":{"arguments":"{}"}}]})");
}
std::string annotation(int begin, int end) {
  return chunk(R"({"annotations":[{"type":"url_citation","url_citation":{"start_index":)" +
               std::to_string(begin) + R"(,"end_index":)" + std::to_string(end) +
               R"(,"url":"u","title":""}}]})");
}

TEST(ChunkGrammar, TakesLegalStreams) {
  for (const std::string& sse :
       {std::string(), kRole + kFinish + kDone, ": ping\n\n" + kRole + kText + kFinish + kDone,
        kRole + kText + kError,
        kRole + call(0) + arguments(0) + call(1) + arguments(1) + arguments(0) + kCalled + kDone,
        kRole + kText + annotation(0, 2) + kFinish + kDone,
        kRole + chunk(R"({"refusal":"no"})") + chunk("{}", R"("content_filter")") + kDone,
        kRole + chunk(R"({"function_call":{"name":"f","arguments":""}})") +
            chunk(R"({"function_call":{"arguments":"{}"}})") + chunk("{}", R"("function_call")") +
            kDone})
    EXPECT_EQ(violation(sse, {}), "") << sse;
  EXPECT_EQ(violation(kRole + kText, {.ended = false}), "");
}

TEST(ChunkGrammar, NamesTheFirstViolation) {
  struct Row {
    std::string sse;
    const char* what;
  };
  const std::string function = chunk(R"({"function_call":{"name":"f","arguments":""}})");
  for (const Row& row :
       {Row{kRole + kText, "no end"},
        Row{kRole + kFinish, "no end"},
        Row{kRole + kDone, "[DONE] without a finish"},
        Row{kRole + kFinish + kFinish + kDone, "after the finish"},
        Row{kRole + kFinish + kText + kDone, "after the finish"},
        Row{kRole + kFinish + kDone + kText, "after [DONE]"},
        Row{kRole + kFinish + kError, "after the finish"},
        Row{kRole + kError + kDone, "after the error"},
        Row{kError, "in the place of an HTTP error"},
        Row{kText + kFinish + kDone, "whose message"},
        Row{kRole + kRole, "none or several"},
        Row{kRole + chunk(R"({"role":"assistant"})"), "unknown delta"},
        Row{kRole + chunk("{}") + kFinish + kDone, "none or several"},
        Row{kRole + chunk(R"({"content":""})"), "an empty content"},
        Row{kRole + arguments(0), "arguments of no call"},
        Row{kRole + call(0) + arguments(1), "arguments of no call"},
        Row{kRole + call(1), "not the next"},
        Row{kRole + call(0) + arguments(0) + call(0), "not the next"},
        Row{kRole + call(0, ""), "without id"},
        Row{kRole + call(0) + kCalled, "a call without arguments"},
        Row{kRole + call(0) + arguments(0) + kFinish, "there are calls"},
        Row{kRole + kCalled, "tool_calls without one"},
        Row{kRole + function + function, "a second function_call"},
        Row{kRole + call(0) + arguments(0) + function, "a second function_call"},
        Row{kRole + function + call(1), "a call without a function"},
        Row{kRole + chunk(R"({"function_call":{"arguments":"{}"}})"), "begin with its name"},
        Row{kRole + chunk(R"({"refusal":"no"})") + kFinish, "a refusal that is none"},
        Row{kRole + chunk(R"({"refusal":"no"})") + kText, "after the refusal"},
        Row{kRole + chunk("{}", R"("content_filter")"), "a refusal that is none"},
        Row{kRole + chunk("{}", R"("eof")"), "unknown finish"},
        Row{kRole + kText + annotation(0, 3), "what is not there"},
        Row{kRole + kText + annotation(2, 1), "what is not there"},
        Row{kRole + data("{"), "no JSON"},
        Row{kRole + "data: {}\n", "half a frame"},
        Row{kRole + "event: x\n\n", "no frame"},
        Row{kRole + chunk("{\"content\":\"\xe2\x82\"}"), "not UTF-8"},
        Row{kRole + data(R"({"id":"d","object":"chat.completion.chunk","created":1,"model":"x"})"),
            "another id"}})
    EXPECT_THAT(violation(row.sse, {}), HasSubstr(row.what)) << row.sse;
}

TEST(ChunkGrammar, WantsUsageExactlyWhenItWasAskedFor) {
  const auto with = [](std::string frames) {
    for (size_t at = 0; (at = frames.find("}]}\n", at)) != std::string::npos; at += 5)
      frames.replace(at, 3, R"(}],"usage":null})");
    return frames;
  };
  const std::string usage =
      data(R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"x","choices":[],)"
           R"("usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})");
  const ChunkRules rules{.include_usage = true};
  EXPECT_EQ(violation(with(kRole + kFinish) + usage + kDone, rules), "");
  EXPECT_THAT(violation(with(kRole + kFinish) + kDone, rules), HasSubstr("usage is missing"));
  EXPECT_THAT(violation(with(kRole) + usage, rules), HasSubstr("before the finish"));
  EXPECT_THAT(violation(with(kRole + kFinish) + usage + usage, rules), HasSubstr("twice"));
  EXPECT_THAT(violation(kRole, rules), HasSubstr("usage is not null"));
  EXPECT_THAT(violation(with(kRole), {}), HasSubstr("usage is not null"));
  EXPECT_THAT(violation(kRole + kFinish + usage + kDone, {}), HasSubstr("not asked for"));
}

}  // namespace
}  // namespace claif::test

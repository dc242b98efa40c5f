#include "cli/claif_program.hpp"
#include "client/fake_anthropic.hpp"

#include <algorithm>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::cli {
namespace {

using claif::testing::ClaifProgram;
using claif::testing::Ended;
using claif::testing::FakeAnthropic;
using claif::testing::Process;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kEcho = R"(transport.config.replies=[{"text":"{{prompt}}"}])";
const std::string kHistory = R"(transport.config.replies=[{"text":"{{request}}"}])";

TEST(Query, PrintsTheAnswerAndNothingElse) {
  ClaifProgram claif;
  const Ended ended = claif.mock({"query", "what", "is", "this", "--set", kEcho});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.out, "what is this\n");
  EXPECT_EQ(ended.err, "");
}

TEST(Query, ReadsStandardInput) {
  ClaifProgram claif;
  EXPECT_EQ(claif.mock({"query", "--set", kEcho}, "from a pipe\n").out, "from a pipe\n");
  EXPECT_EQ(claif.mock({"query", "-", "--set", kEcho}, "a dash\n\n").out, "a dash\n");
  EXPECT_EQ(claif.mock({"query", "Review:", "-", "--set", kEcho}, "a diff\n").out,
            "Review:\n\na diff\n");
}

TEST(Query, DoesNotReadStandardInputWithAQuestion) {
  ClaifProgram claif;
  EXPECT_EQ(claif.mock({"query", "words", "--set", kEcho}, "ignored").out, "words\n");
}

TEST(Query, WithoutAQuestionSaysHowToAsk) {
  ClaifProgram claif;
  const Ended ended = claif.mock({"query"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr("claif query \"What is a monad?\""));
}

TEST(Query, WaitsForTheWholeAnswerWhenAsked) {
  ClaifProgram claif;
  EXPECT_EQ(claif.mock({"query", "a b c", "--no-stream", "--set", kEcho}).out, "a b c\n");
}

TEST(Query, JsonIsAChunkALine) {
  ClaifProgram claif;
  const Ended ended = claif.mock({"query", "a b", "--json", "--set", kEcho});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, StartsWith(R"({"id":"chatcmpl-)"));
  EXPECT_GE(std::count(ended.out.begin(), ended.out.end(), '\n'), 4);
  EXPECT_THAT(ended.out, HasSubstr(R"("object":"chat.completion.chunk")"));
  EXPECT_THAT(ended.out, HasSubstr(R"("finish_reason":"stop")"));
  EXPECT_THAT(ended.out, Not(HasSubstr("[DONE]")));
  EXPECT_THAT(ended.out, Not(HasSubstr("data:")));
  EXPECT_EQ(ended.out.back(), '\n');
}

TEST(Query, JsonWithoutStreamIsTheCompletion) {
  ClaifProgram claif;
  const Ended ended = claif.mock({"query", "a b", "--json", "--no-stream", "--set", kEcho});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(std::count(ended.out.begin(), ended.out.end(), '\n'), 1);
  EXPECT_THAT(ended.out, HasSubstr(R"("object":"chat.completion",)"));
  EXPECT_THAT(ended.out, HasSubstr(R"("content":"a b")"));
}

TEST(Query, SendsModelSystemAndLimit) {
  ClaifProgram claif;
  const std::string request = claif
                                  .mock({"query", "hi", "-m", "fast", "-s", "be brief",
                                         "--max-tokens", "7", "--set", kHistory})
                                  .out;
  EXPECT_THAT(request, HasSubstr(R"("model":"claude-haiku-5-5")"));
  EXPECT_THAT(request, HasSubstr(R"("system":"be brief")"));
  EXPECT_THAT(request, HasSubstr(R"("max_tokens":7)"));
}

TEST(Query, ContinuesASession) {
  ClaifProgram claif;
  ASSERT_EQ(claif.mock({"query", "my name is Ada", "--session", "talk"}).code, 0);
  const Ended second = claif.mock({"query", "who am I", "--session", "talk", "--set", kHistory});
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(second.out, HasSubstr("my name is Ada"));
  EXPECT_THAT(second.out, HasSubstr("who am I"));
  EXPECT_THAT(claif.mock({"query", "who am I", "--session", "other", "--set", kHistory}).out,
              Not(HasSubstr("Ada")));
}

TEST(Query, EndsWithTheCodeOfTheError) {
  ClaifProgram claif;
  const auto error = [](const std::string& status) {
    return R"(transport.config.replies=[{"error":{"status":)" + status +
           R"(,"message":"it went wrong","retry_after":2}}])";
  };
  const struct {
    std::vector<std::string> args;
    int code;
    std::string says;
  } cases[] = {
      {{"query", "hi", "--set", "transport.use=no-such"}, 2, "transport-no-such"},
      {{"query", "hi", "--set", "retries=many"}, 2, "'retries' must be of type"},
      {{"query", "hi", "--set", "retries"}, 2, "--set retries is not KEY=VALUE"},
      {{"query", "hi", "--config", "missing.json"}, 2, "missing.json"},
      {{"query", "hi", "--no-such-option"}, 2, "--no-such-option"},
      {{"query", "hi", "--max-tokens", "0"}, 2, "--max-tokens"},
      {{"query", "hi", "--set", error("401")}, 3, "it went wrong"},
      {{"query", "hi", "--set", error("403")}, 3, "it went wrong"},
      {{"query", "hi", "--set", error("429")}, 4, "it went wrong (try again in 2 s)"},
      {{"query", "hi", "--set", error("500")}, 5, "it went wrong"},
      {{"query", "hi", "--set", error("529")}, 5, "it went wrong"},
      {{"query", "hi", "--set", error("504")}, 6, "it went wrong"},
      {{"query", "hi", "--set", error("400")}, 8, "it went wrong"},
      {{"query", "hi", "-m", "gpt-4"}, 8, "the model 'gpt-4' does not exist"},
      {{"query", "hi", "--session", "a/b"}, 8, "[A-Za-z0-9_-]{1,64}"},
  };
  for (const auto& c : cases) {
    auto args = c.args;
    args.insert(args.begin() + 1, {"--set", "transport.use=mock", "--set", "retries=0"});
    const Ended ended = claif.run(args);
    EXPECT_EQ(ended.code, c.code) << c.says << ended.err;
    EXPECT_EQ(ended.out, "") << c.says;
    EXPECT_THAT(ended.err, HasSubstr(c.says));
  }
}

TEST(Query, NeedsAKeyForClaude) {
  ClaifProgram claif;
  const Ended ended = claif.run({"query", "hi"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr("ANTHROPIC_API_KEY"));
}

TEST(Query, AsksClaudeWithTheKeyOfTheEnvironment) {
  std::promise<std::string> head;
  FakeAnthropic upstream([&](const FakeAnthropic::Call& call) {
    head.set_value(call.head);
    call.write(FakeAnthropic::response(200, FakeAnthropic::message("hello from afar")));
  });
  ClaifProgram claif;
  claif.setenv("ANTHROPIC_BASE_URL=" + upstream.url());
  claif.setenv("ANTHROPIC_API_KEY=test-key-123456");
  const Ended ended = claif.run({"query", "hi", "--no-stream"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "hello from afar\n");
  EXPECT_THAT(head.get_future().get(), HasSubstr("test-key-123456"));
}

TEST(Query, AnUpstreamThatDoesNotAnswerIsATimeout) {
  FakeAnthropic upstream(
      [](const FakeAnthropic::Call& call) { call.closed_within(std::chrono::seconds(10)); });
  ClaifProgram claif;
  claif.setenv("ANTHROPIC_BASE_URL=" + upstream.url());
  claif.setenv("ANTHROPIC_API_KEY=test-key-123456");
  const Ended ended = claif.run({"query", "hi", "--set", "request_timeout_ms=200"});
  EXPECT_EQ(ended.code, 6) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("200 ms"));
  EXPECT_THAT(ended.err, Not(HasSubstr("test-key-123456")));
}

TEST(Query, AnUpstreamThatIsAwayIsAnUpstreamError) {
  ClaifProgram claif;
  claif.setenv("ANTHROPIC_BASE_URL=http://127.0.0.1:1");
  claif.setenv("ANTHROPIC_API_KEY=test-key-123456");
  EXPECT_EQ(claif.run({"query", "hi", "--set", "retries=0"}).code, 5);
}

TEST(Query, ABrokenStreamKeepsWhatCameAndFails) {
  FakeAnthropic upstream([](const FakeAnthropic::Call& call) {
    call.write(FakeAnthropic::stream_start() + FakeAnthropic::stream_text("half an ans"));
  });
  ClaifProgram claif;
  claif.setenv("ANTHROPIC_BASE_URL=" + upstream.url());
  claif.setenv("ANTHROPIC_API_KEY=test-key-123456");
  const Ended ended = claif.run({"query", "hi"});
  EXPECT_EQ(ended.code, 5);
  EXPECT_EQ(ended.out, "half an ans\n");
  EXPECT_NE(ended.err, "");
}

TEST(Query, AnInterruptCancels) {
  ClaifProgram claif;
  Process process(claif.command(ClaifProgram::with_mock({"query", "one two three four", "--set",
                                                         "transport.config.event_delay_ms=200",
                                                         "--set", kEcho})),
                  claif.env(), claif.work().string());
  process.close_input();
  ASSERT_TRUE(process.wait_for("one"));
  process.signal(SIGINT);
  const Ended ended = process.wait();
  EXPECT_EQ(ended.code, 130);
  EXPECT_THAT(ended.out, Not(HasSubstr("four")));
}

TEST(Query, WarningsGoToStandardError) {
  ClaifProgram claif;
  const Ended ended =
      claif.mock({"query", "hi", "-m", "haiku", "--max-tokens", "99999999", "--set", kEcho});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.out, "hi\n");
  EXPECT_THAT(ended.err, HasSubstr("claif: note: max_tokens"));
}

TEST(Query, PassesEscapeSequencesOnToAPipe) {
  ClaifProgram claif;
  EXPECT_EQ(claif.mock({"query", "-", "--set", kEcho}, "\x1b[31mred").out, "\x1b[31mred\n");
}

TEST(Chat, EachLineGoesOnWithTheConversation) {
  ClaifProgram claif;
  const Ended ended = claif.mock({"chat", "--set", kHistory}, "first line\nsecond line\n");
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.err, "");
  const std::string second = ended.out.substr(ended.out.find('\n') + 1);
  EXPECT_THAT(ended.out.substr(0, ended.out.find('\n')), Not(HasSubstr("second line")));
  EXPECT_THAT(second, HasSubstr("first line"));
  EXPECT_THAT(second, HasSubstr("second line"));
}

TEST(Chat, AnEmptyLineEnds) {
  ClaifProgram claif;
  EXPECT_EQ(claif.mock({"chat", "--set", kEcho}, "a\n\nb\n").out, "a\n");
}

TEST(Chat, EndsWithTheCodeOfTheLastLine) {
  ClaifProgram claif;
  const std::string replies =
      R"(transport.config.replies=[{"match":"bad","error":{"status":500}},{"text":"good"}])";
  EXPECT_EQ(claif.mock({"chat", "--set", replies}, "bad\n").code, 5);
  const Ended ended = claif.mock({"chat", "--set", replies}, "bad\nfine\n");
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.out, "good\n");
}

}  // namespace
}  // namespace claif::cli

#include "client/test_client.hpp"

#include <claif/client.hpp>

#include <atomic>
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif {
namespace {

using testing::ask;
using ::testing::HasSubstr;
using testing::mock_options;
using ::testing::Not;
using testing::TestHome;

const std::pair<std::string, std::string> kHistory{"transport.config.replies",
                                                   R"([{"text":"{{request}}"}])"};
const std::pair<std::string, std::string> kEcho{"transport.config.replies",
                                                R"([{"text":"{{prompt}}"}])"};

TEST(Client, CreatesACompletion) {
  TestHome home;
  Client client(mock_options({kEcho}));
  const ChatCompletion answer = client.chat.completions.create(ask("Hello"));
  ASSERT_EQ(answer.choices.size(), 1u);
  EXPECT_EQ(answer.choices[0].message.role, "assistant");
  EXPECT_EQ(answer.choices[0].message.content, "Hello");
  EXPECT_EQ(answer.choices[0].finish_reason, "stop");
  EXPECT_THAT(answer.id, ::testing::StartsWith("chatcmpl-"));
  EXPECT_EQ(answer.model, "claude-haiku-5-5");
  EXPECT_GT(answer.created, 0);
  EXPECT_GT(answer.usage.prompt_tokens, 0);
  EXPECT_EQ(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
  EXPECT_FALSE(answer.from_cache);
}

TEST(Client, StreamsPieceByPiece) {
  TestHome home;
  Client client(mock_options({kEcho}));
  std::string text, reason;
  int pieces = 0;
  std::optional<Usage> usage;
  for (const auto& chunk : client.chat.completions.stream(ask("one two three"))) {
    text += chunk.delta();
    pieces += chunk.content.empty() ? 0 : 1;
    if (!chunk.finish_reason.empty()) reason = chunk.finish_reason;
    if (chunk.usage) usage = chunk.usage;
  }
  EXPECT_EQ(text, "one two three");
  EXPECT_GT(pieces, 1);
  EXPECT_EQ(reason, "stop");
  ASSERT_TRUE(usage);
  EXPECT_GT(usage->completion_tokens, 0);
}

TEST(Client, SaysWhatItSends) {
  TestHome home;
  Client client(mock_options({kHistory}));
  ChatRequest request = ask("Hello");
  request.messages.insert(request.messages.begin(), {.role = "system", .content = "Be brief"});
  request.max_completion_tokens = 9;
  request.stop = {"END"};
  request.user = "u-1";
  request.tools = {{"get_weather", "Tells the weather",
                    R"({"type":"object","properties":{"city":{"type":"string"}}})"}};
  request.tool_choice = "get_weather";
  const std::string sent = client.chat.completions.create(request).choices[0].message.content;
  for (const char* part :
       {R"("system":"Be brief")", R"("max_tokens":9)", R"("stop_sequences":["END"])",
        R"("user_id":"u-1")", R"("name":"get_weather")", R"("city")", R"("type":"tool")"})
    EXPECT_THAT(sent, HasSubstr(part));
}

TEST(Client, SendsPartsSchemasEffortAndWhatHasNoMember) {
  TestHome home;
  Client client(mock_options({kHistory}));
  ChatRequest request = ask("Look");
  request.messages[0].parts = {ContentPart::of_image_bytes("\x89PNG\r\n\x1a\n...."),
                               ContentPart::of_file("notes.md", "# Notes")};
  request.response_format = {"answer", R"({"type":"object","properties":{"a":{"type":"string"}}})"};
  request.reasoning_effort = "high";
  request.extra_json = R"({"service_tier":"default"})";
  const ChatCompletion answer = client.chat.completions.create(request);
  const std::string& sent = answer.choices[0].message.content;
  for (const char* part : {R"("media_type":"image/png")", R"("data":"# Notes")",
                           R"("title":"notes.md")", R"("additionalProperties":false)",
                           R"("effort":"high")", R"("service_tier":"standard_only")"})
    EXPECT_THAT(sent, HasSubstr(part));
  EXPECT_THAT(answer.json, HasSubstr(R"("object":"chat.completion")"));
}

TEST(Client, RefusesAnImageWithoutBytes) {
  TestHome home;
  Client client(mock_options());
  ChatRequest request = ask("Look");
  request.messages[0].parts = {ContentPart::of_image_bytes("")};
  const auto answer = client.chat.completions.try_create(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().param, "messages[0].content[1].image_url.url");
}

TEST(Client, NamesTheMemberWhoseJsonIsNone) {
  TestHome home;
  Client client(mock_options());
  ChatRequest request = ask("Look");
  request.tools = {{"get_weather", "", "{not json"}};
  const auto answer = client.chat.completions.try_create(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::invalid_request);
  EXPECT_EQ(answer.error().param, "tools[0].function.parameters");
  request.tools.clear();
  request.extra_json = "[]";
  EXPECT_EQ(client.chat.completions.try_create(request).error().param, "extra_json");
}

TEST(Client, AnswersToToolCallsGoBack) {
  TestHome home;
  Client client(mock_options(
      {{"transport.config.replies",
        R"([{"match":"weather","tool_calls":[{"name":"get_weather","input":{"city":"Oslo"}}],"times":1},{"text":"{{prompt}}"}])"}}));
  ChatRequest request = ask("weather?");
  request.tools = {{"get_weather", "", "{}"}};
  const Choice choice = client.chat.completions.create(request).choices[0];
  EXPECT_EQ(choice.finish_reason, "tool_calls");
  ASSERT_EQ(choice.message.tool_calls.size(), 1u);
  EXPECT_EQ(choice.message.tool_calls[0].arguments, R"({"city":"Oslo"})");
  request.messages.push_back(choice.message);
  request.messages.push_back(
      {.role = "tool", .content = "rain", .tool_call_id = choice.message.tool_calls[0].id});
  EXPECT_EQ(client.chat.completions.create(request).choices[0].message.content, "rain");
}

TEST(Client, StreamsToolCalls) {
  TestHome home;
  Client client(
      mock_options({{"transport.config.replies",
                     R"([{"tool_calls":[{"name":"a","input":{"x":1}},{"name":"b"}]}])"}}));
  ChatRequest request = ask("go");
  request.tools = {{"a", "", "{}"}, {"b", "", "{}"}};
  std::vector<ToolCall> calls;
  std::string reason;
  for (const auto& chunk : client.chat.completions.stream(request)) {
    reason = chunk.finish_reason;
    if (!chunk.tool_index) continue;
    calls.resize(std::max(calls.size(), static_cast<size_t>(*chunk.tool_index) + 1));
    ToolCall& call = calls[static_cast<size_t>(*chunk.tool_index)];
    call.name += chunk.tool_call.name;
    call.arguments += chunk.tool_call.arguments;
  }
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].name, "a");
  EXPECT_EQ(calls[0].arguments, R"({"x":1})");
  EXPECT_EQ(calls[1].name, "b");
  EXPECT_EQ(calls[1].arguments, "{}");
  EXPECT_EQ(reason, "tool_calls");
}

TEST(Client, UnderstandsPresets) {
  TestHome home;
  Client client(mock_options({kHistory, {"presets.tiny", R"({"model":"haiku","max_tokens":5})"}}));
  const auto sent = [&](const char* model) {
    ChatRequest request = ask("Hello");
    request.model = model;
    return client.chat.completions.create(request).choices[0].message.content;
  };
  EXPECT_THAT(sent("fast"), HasSubstr("claude-haiku-5-5"));
  EXPECT_THAT(sent("smart"), HasSubstr("claude-opus-5-5"));
  EXPECT_THAT(sent("balanced"), HasSubstr("claude-sonnet-5-5"));
  EXPECT_THAT(sent(""), HasSubstr("claude-sonnet-5-5"));
  EXPECT_THAT(sent("tiny"), HasSubstr(R"("max_tokens":5)"));
}

TEST(Client, ContinuesASession) {
  TestHome home;
  ChatRequest request = ask("my name is Ada");
  request.session = "talk";
  {
    Client client(mock_options());
    client.chat.completions.create(request);
  }
  Client client(mock_options({kHistory}));
  request.messages[0].content = "who am I";
  EXPECT_THAT(client.chat.completions.create(request).choices[0].message.content,
              HasSubstr("my name is Ada"));
  request.session = "other";
  EXPECT_THAT(client.chat.completions.create(request).choices[0].message.content,
              Not(HasSubstr("my name is Ada")));
}

TEST(Client, UsesTheCacheWhenAsked) {
  TestHome home;
  Client client(mock_options({{"transport.config.replies", R"([{"text":"call {{calls}}"}])"}}));
  ChatRequest request = ask("cached?");
  request.cache = true;
  const ChatCompletion first = client.chat.completions.create(request);
  const ChatCompletion second = client.chat.completions.create(request);
  EXPECT_FALSE(first.from_cache);
  EXPECT_TRUE(second.from_cache);
  EXPECT_EQ(first.choices[0].message.content, second.choices[0].message.content);
  request.cache = false;
  EXPECT_FALSE(client.chat.completions.create(request).from_cache);
}

TEST(Client, WarnsOfWhatItCouldNotHonour) {
  TestHome home;
  Client client(mock_options());
  ChatRequest request = ask("Hello");
  request.max_completion_tokens = 99'999'999;
  EXPECT_THAT(client.chat.completions.create(request).warnings,
              ::testing::Contains(HasSubstr("max_tokens")));
}

// What an upstream status is thrown as.
template <class Exception>
void expect_thrown(int status) {
  TestHome home;
  Client client(mock_options(
      {{"transport.config.replies", R"([{"error":{"status":)" + std::to_string(status) +
                                        R"(,"message":"it went wrong","retry_after":3}}])"}}));
  try {
    client.chat.completions.create(ask("Hello"));
    FAIL() << status;
  } catch (const Exception& error) {
    EXPECT_STREQ(error.what(), "it went wrong");
  }
  EXPECT_THROW(
      {
        for (const auto& chunk : client.chat.completions.stream(ask("Hello")))
          static_cast<void>(chunk);
      },
      Exception)
      << status;
}

TEST(ClientErrors, AreThrownByTheirNames) {
  expect_thrown<BadRequestError>(400);
  expect_thrown<AuthenticationError>(401);
  expect_thrown<PermissionDeniedError>(403);
  expect_thrown<NotFoundError>(404);
  expect_thrown<ConflictError>(409);
  expect_thrown<RateLimitError>(429);
  expect_thrown<InternalServerError>(500);
  expect_thrown<InternalServerError>(529);
  expect_thrown<APIConnectionTimeoutError>(504);
}

TEST(ClientErrors, AreValuesForTryCreate) {
  TestHome home;
  Client client(
      mock_options({{"transport.config.replies",
                     R"([{"error":{"status":429,"message":"slow down","retry_after":3}}])"}}));
  const auto result = client.chat.completions.try_create(ask("Hello"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::rate_limited);
  EXPECT_EQ(result.error().retry_after_ms, 3000u);
  EXPECT_EQ(result.error().message, "slow down");
}

TEST(ClientErrors, CarryTheStatusOfTheGateway) {
  TestHome home;
  Client client(mock_options());
  ChatRequest request = ask("Hello");
  request.model = "gpt-4";
  try {
    client.chat.completions.create(request);
    FAIL();
  } catch (const NotFoundError& error) {
    EXPECT_EQ(error.status(), 404);
    EXPECT_EQ(error.error().reason, "model_not_found");
    EXPECT_EQ(error.error().param, "model");
  }
}

TEST(ClientErrors, OfARequestComeBeforeItIsSent) {
  TestHome home;
  Client client(mock_options());
  EXPECT_THROW(client.chat.completions.create({}), BadRequestError);
  ChatRequest request = ask("Hello");
  request.session = "a/b";
  EXPECT_THROW(client.chat.completions.create(request), BadRequestError);
  auto stream = client.chat.completions.stream(request);
  EXPECT_THROW(stream.begin(), BadRequestError);
}

TEST(ClientErrors, OfAStreamComeByTryNextToo) {
  TestHome home;
  Client client(mock_options({{"transport.config.replies", R"([{"error":{"status":500}}])"}}));
  auto stream = client.chat.completions.stream(ask("Hello"));
  const auto next = stream.try_next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, Errc::upstream);
}

TEST(ClientConfiguration, NamesWhatIsWrong) {
  TestHome home;
  const struct {
    std::pair<std::string, std::string> set;
    const char* names;
  } cases[] = {
      {{"transport.use", "no-such"}, "transport-no-such"},
      {{"transport.config.no_such", "1"}, "no_such"},
      {{"retries", "many"}, "'retries'"},
      {{"approval.use", "no-such"}, "approval"},
      {{"model_aliases", "3"}, "'model_aliases'"},
      {{"secrets.a", "${env:CLAIF_TEST_NOT_SET}"}, "CLAIF_TEST_NOT_SET"},
  };
  for (const auto& c : cases) {
    try {
      Client client(mock_options({c.set}));
      FAIL() << c.names;
    } catch (const ConfigurationError& error) {
      EXPECT_THAT(error.what(), HasSubstr(c.names));
    }
    const auto made = Client::try_make(mock_options({c.set}));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Errc::configuration);
  }
}

TEST(ClientConfiguration, ReadsTheFileThatItIsGiven) {
  TestHome home;
  const std::string file = home.write("own.json", R"({"model":"opus"})");
  ClientOptions options = mock_options({kHistory});
  options.config_file = file;
  Client client(options);
  ChatRequest request = ask("Hello");
  request.model = "";
  EXPECT_THAT(client.chat.completions.create(request).choices[0].message.content,
              HasSubstr("claude-opus-5-5"));
  options.config_file = file + ".missing";
  EXPECT_THROW(Client{options}, ConfigurationError);
}

}  // namespace
}  // namespace claif

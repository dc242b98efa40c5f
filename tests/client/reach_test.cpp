// What of the translation the library reaches: tools and files in every form, whole answers of
// streams, denied calls, dry runs.
#include "client/fake_anthropic.hpp"
#include "client/test_client.hpp"

#include <claif/client.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif {
namespace {

using testing::ask;
using testing::FakeAnthropic;
using ::testing::HasSubstr;
using testing::mock_options;
using ::testing::Not;
using testing::TestHome;

std::string sent(Client& client, const ChatRequest& request) {
  return client.chat.completions.dry_run(request).body;
}

TEST(ClientTools, InJsonPassAsTheyAre) {
  TestHome home;
  Client client(mock_options());
  ChatRequest request = ask("Hello");
  request.tools = {
      {"get_weather", "", "{}"},
      ToolDefinition::of_json(R"({"type":"function","function":{"name":"look","strict":false}})"),
      ToolDefinition::of_json(R"({"type":"web_search_20250305","name":"web_search"})")};
  const std::string body = sent(client, request);
  for (const char* const part : {R"("name":"get_weather")", R"("name":"look")",
                                 R"({"type":"web_search_20250305","name":"web_search"})"})
    EXPECT_THAT(body, HasSubstr(part));
  request.tools[1].json = "{";
  EXPECT_EQ(client.chat.completions.try_dry_run(request).error().param, "tools[1]");
}

TEST(ClientFiles, AreToldByTheirBytes) {
  TestHome home;
  Client client(mock_options());
  ChatRequest request = ask("Look");
  request.messages[0].parts = {
      ContentPart::of_file("paper", "%PDF-1.7"), ContentPart::of_file("main.cpp", "int main();"),
      ContentPart::of_file("cat", "GIF89a......"), ContentPart::of_file_id("file_123")};
  const std::string body = sent(client, request);
  for (const char* const part :
       {R"("media_type":"application/pdf")", R"("title":"paper")", R"("data":"int main();")",
        R"("media_type":"image/gif")", R"("file_id":"file_123")"})
    EXPECT_THAT(body, HasSubstr(part));
  request.messages[0].parts = {ContentPart::of_file("a.out",
                                                    "\x7f"
                                                    "ELF\xff")};
  EXPECT_THAT(client.chat.completions.try_dry_run(request).error().message, HasSubstr("UTF-8"));
}

TEST(ClientDryRun, TellsTheRequestAndSendsNothing) {
  TestHome home;
  FakeAnthropic upstream([](const FakeAnthropic::Call&) {});
  ClientOptions options = mock_options({{"transport.config.base_url", upstream.url()},
                                        {"transport.config.api_key", "test-key-123456"}});
  options.transport = "anthropic";
  Client client(options);
  ChatRequest request = ask("Hello");
  request.max_completion_tokens = 99'999'999;
  const UpstreamRequest told = client.chat.completions.dry_run(request, true);
  EXPECT_EQ(told.method, "POST");
  EXPECT_EQ(told.url, upstream.url() + "/v1/messages");
  EXPECT_THAT(told.headers, ::testing::Contains(::testing::Pair("x-api-key", "[redacted]")));
  EXPECT_THAT(told.headers, ::testing::Contains(::testing::Pair("accept", "text/event-stream")));
  EXPECT_THAT(told.body, HasSubstr(R"("stream":true)"));
  EXPECT_THAT(told.warnings, ::testing::ElementsAre("max_tokens:clamped"));
  EXPECT_EQ(upstream.calls(), 0);
  request.model = "gpt-4";
  EXPECT_THROW(client.chat.completions.dry_run(request), NotFoundError);
}

TEST(ClientDryRun, TellsTheBodyWhateverTheTransport) {
  TestHome home;
  Client client(mock_options());
  const UpstreamRequest told = client.chat.completions.dry_run(ask("Hello"));
  EXPECT_EQ(told.method, "");
  EXPECT_THAT(told.body, HasSubstr(R"("content":"Hello")"));
}

const std::string kCalls =
    R"([{"text":"Well.","tool_calls":[{"name":"look","input":{"x":1}},{"name":"break"}]}])";

ChatRequest with_tools() {
  ChatRequest out = ask("go");
  out.tools = {{"look", "", "{}"}, {"break", "", "{}"}};
  return out;
}

TEST(ClientApproval, TellsWhichCallsWereDenied) {
  TestHome home;
  Client client(mock_options({{"transport.config.replies", kCalls},
                              {"approval.use", "allow-list"},
                              {"approval.config", R"({"tools":["look"]})"}}));
  auto stream = client.chat.completions.stream(with_tools());
  for (const ChatCompletion& answer :
       {client.chat.completions.create(with_tools()), stream.final_completion()}) {
    ASSERT_EQ(answer.denied.size(), 1u);
    EXPECT_EQ(answer.denied[0].name, "break");
    EXPECT_THAT(answer.denied[0].id, ::testing::StartsWith("toolu_"));
    EXPECT_NE(answer.denied[0].reason, "");
    ASSERT_EQ(answer.choices[0].message.tool_calls.size(), 1u);
    EXPECT_EQ(answer.choices[0].message.tool_calls[0].name, "look");
  }
}

TEST(ClientStream, HasTheWholeAnswerInTheEnd) {
  TestHome home;
  Client client(mock_options({{"transport.config.replies", kCalls}}));
  ChatRequest request = with_tools();
  request.temperature = 0.5;
  auto stream = client.chat.completions.stream(request);
  std::string first = stream.begin()->content;
  const ChatCompletion answer = stream.final_completion();
  const Choice& choice = answer.choices.at(0);
  EXPECT_EQ(choice.message.content.substr(0, first.size()), first);
  EXPECT_EQ(choice.message.content, "Well.");
  ASSERT_EQ(choice.message.tool_calls.size(), 2u);
  EXPECT_EQ(choice.message.tool_calls[0].arguments, R"({"x":1})");
  EXPECT_EQ(choice.finish_reason, "tool_calls");
  EXPECT_GT(answer.usage.completion_tokens, 0);
  EXPECT_THAT(answer.json, HasSubstr(R"("object":"chat.completion")"));
  EXPECT_THAT(answer.warnings, ::testing::ElementsAre("temperature:dropped"));
}

TEST(ClientStream, ThatFailsOrIsCancelledHasNoWholeAnswer) {
  TestHome home;
  Client failing(mock_options({{"transport.config.replies", R"([{"error":{"status":429}}])"}}));
  auto failed = failing.chat.completions.stream(ask("Hello"));
  EXPECT_EQ(failed.try_final_completion().error().code, Errc::rate_limited);
  Client slow(mock_options({{"transport.config.event_delay_ms", "1000"}}));
  auto stream = slow.chat.completions.stream(ask("Hello"));
  stream.cancel();
  EXPECT_EQ(stream.try_final_completion().error().code, Errc::cancelled);
}

TEST(ClientStream, SaysThatTheModelDeclined) {
  TestHome home;
  Client client(
      mock_options({{"transport.config.replies", R"([{"text":"No","stop_reason":"refusal"}])"}}));
  std::string refusal, reason;
  for (const auto& chunk : client.chat.completions.stream(ask("Hello"))) {
    refusal += chunk.refusal;
    reason = chunk.finish_reason;
  }
  EXPECT_EQ(reason, "content_filter");
  EXPECT_EQ(refusal, "The model declined to respond to this request.");
}

}  // namespace
}  // namespace claif

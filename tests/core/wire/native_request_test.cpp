// An Anthropic client's own request: found, not rewritten (U5).
#include "wire/native_request.hpp"

#include "wire/locate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kOdd =
    "{ \"messages\" : [ {\"content\":\"say \\u00fc \\/\",\"role\":\"user\"} , "
    "{\"role\":\"system\",\"content\":"
    "\"x\"} ],\n\t\"max_tokens\":1e2 ,\"stream\":true,\"thread\":{\"a\":1}, \"tools\":[ "
    "{\"name\":\"r\\u0065ad\"},"
    "{\"type\":\"x\"}], \"model\" :\"claude-new\" }";

Result<MessagesRequest> read(const std::string& body,
                             const ModelAliases& aliases = {},
                             bool counts = false) {
  return read_native(body, {}, aliases, counts);
}

TEST(NativeRequest, StaysAsItIs) {
  const auto request = read(kOdd);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->body, kOdd);
  EXPECT_EQ(request->model, "claude-new");
  EXPECT_TRUE(request->stream);
  EXPECT_THAT(request->tools, ElementsAre("read"));
  const std::string messages = request->body.substr(
      request->messages_begin, request->messages_end - request->messages_begin);
  EXPECT_TRUE(messages.starts_with(R"({"content":"say)")) << messages;
  EXPECT_TRUE(messages.ends_with(R"("content":"x"})")) << messages;
}

TEST(NativeRequest, TakesVersionBetaAndQueryFromTheHead) {
  const auto old = read_native(kOdd, {"2023-06-01", "a,b", "beta=true"}, {}, false);
  ASSERT_TRUE(old);
  EXPECT_EQ(old->api_version, "2023-06-01");
  EXPECT_EQ(old->beta, "a,b");
  EXPECT_EQ(old->query, "beta=true");
  EXPECT_EQ(read(kOdd)->api_version, "2026-10-21");
}

TEST(NativeRequest, ACountNeverStreams) {
  EXPECT_FALSE(read(kOdd, {}, true)->stream);
}

TEST(NativeRequest, AnAliasIsReplacedInPlace) {
  for (const std::string body :
       {R"({"model": "mine" ,"messages":[{"role":"user","content":"a"}]})",
        R"({"messages":[{"role":"user","content":"a"}],"model": "mine" })"}) {
    const auto request = read(body, {{"mine", "claude-opus-5-5"}});
    ASSERT_TRUE(request) << body;
    EXPECT_EQ(request->model, "claude-opus-5-5");
    std::string expected = body;
    expected.replace(expected.find("mine"), 4, "claude-opus-5-5");
    EXPECT_EQ(request->body, expected);
    EXPECT_EQ(request->body.substr(request->messages_begin,
                                   request->messages_end - request->messages_begin),
              R"({"role":"user","content":"a"})");
  }
}

TEST(NativeRequest, NamesWhatClaifHasToKnow) {
  const std::pair<const char*, const char*> wrongs[] = {
      {R"({"messages":[{}]})", "model: is required"},
      {R"({"model":null,"messages":[{}]})", "model: is required"},
      {R"({"model":7,"messages":[{}]})", "model: must be a string"},
      {R"({"model":"","messages":[{}]})", "model: must not be empty"},
      {R"({"model":"m"})", "messages: is required"},
      {R"({"model":"m","messages":"hi"})", "messages: must be a list"},
      {R"({"model":"m","messages":[ ]})", "messages: must have at least one message"},
      {R"({"model":"m","messages":[{}],"stream":"yes"})", "stream: must be true or false"},
      {R"({"model":"m","messages":[{}],"max_tokens":"9"})", "max_tokens: must be an integer"},
      {R"({"model":"m","messages":[{}],"stream":false,"stream":true})", "stream: is there twice"},
      {R"({"model":"m","messages":[{}],"mod\u0065l":"n"})", "model: is there twice"},
      {R"([1])", "the body must be a JSON object"},
      {R"({"model":)", "not JSON"},
      {"", "not JSON"}};
  for (const auto& [body, message] : wrongs) {
    const auto request = read(body);
    ASSERT_FALSE(request) << body;
    EXPECT_EQ(request.error().code, Errc::invalid_request) << body;
    EXPECT_THAT(request.error().message, HasSubstr(message)) << body;
  }
  EXPECT_EQ(read(wrongs[0].first).error().param, "model");
}

TEST(NativeRequest, LeavesTheRestToTheUpstream) {
  for (const char* body :
       {R"({"model":"m","messages":[{}],"max_tokens":-5,"temperature":"hot"})",
        R"({"model":"m","messages":[1],"tools":{},"max_tokens":123456789012345678901234567890})"})
    EXPECT_TRUE(read(body)) << body;
}

TEST(AdoptedBody, IsTheHooksOwnText) {
  MessagesRequest request = *read(kOdd);
  const std::string body =
      R"({"stream" : true, "messages":[ {"role":"user"} ], "model":"m","max_tokens":9})";
  ASSERT_TRUE(adopt_body(request, body));
  EXPECT_EQ(request.body, body);
  EXPECT_EQ(request.model, "m");
  EXPECT_EQ(request.max_tokens, 9);
  EXPECT_TRUE(request.tools.empty());
  EXPECT_EQ(body.substr(request.messages_begin, request.messages_end - request.messages_begin),
            R"({"role":"user"})");
}

TEST(StreamedBody, SaysSoOnce) {
  EXPECT_EQ(with_stream(R"({"model":"m"})"), R"({"stream":true,"model":"m"})");
  EXPECT_EQ(with_stream(R"({"model":"m","stream": false})"), R"({"model":"m","stream": true})");
}

}  // namespace
}  // namespace claif::wire

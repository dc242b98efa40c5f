// The list of models, and one of them, in both dialects.
#include "client/fake_anthropic.hpp"
#include "gateway/running_gateway.hpp"
#include "models/list.hpp"

#include <gmock/gmock.h>

namespace claif::gateway {
namespace {

using testing::Answer;
using testing::FakeAnthropic;
using testing::get_request;
using ::testing::HasSubstr;
using testing::RawClient;
using testing::RunningGateway;
using testing::Sets;

constexpr const char* kUpstreamList =
    R"({"data":[{"type":"model","id":"claude-opus-5-5","display_name":"Opus","created_at":"2026-09-01T00:00:00Z","retires_at":null},)"
    R"({"type":"model","id":"claude-opus-4-5-20251101","display_name":"Old","created_at":"2025-11-01T00:00:00Z","retires_at":"2027-01-22T08:00:00Z"},)"
    R"({"type":"model","id":"claude-haiku-5-5","created_at":"2026-10-01T00:00:00Z","novel":[1]}],)"
    R"("has_more":false,"first_id":"claude-opus-5-5","last_id":"claude-haiku-5-5"})";

class Models : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(gateway.error(), ""); }
  Answer openai(const std::string& path) { return ask(path, ""); }
  Answer anthropic(const std::string& path) {
    return ask(path, "anthropic-version: 2026-10-21\r\n");
  }
  Answer ask(const std::string& path, const std::string& headers) {
    const auto answer = client.ask(get_request(path, headers));
    EXPECT_TRUE(answer) << path;
    return answer.value_or(Answer{});
  }
  FakeAnthropic upstream{[](const FakeAnthropic::Call& call) {
    call.write(FakeAnthropic::response(200, kUpstreamList));
  }};
  RunningGateway gateway{Sets{{"transport.use", "anthropic"},
                              {"transport.config.base_url", upstream.url()},
                              {"transport.config.api_key", "test-key"},
                              {"model_aliases", R"({"mine":"claude-haiku-5-5"})"}}};
  RawClient client{gateway.port()};
};

TEST_F(Models, AreListedAsOpenAIsObjects) {
  const Answer answer = openai("/v1/models");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(
      answer.body,
      R"({"object":"list","data":[{"id":"claude-opus-5-5","object":"model","created":1788220800,"owned_by":"anthropic","shutdown_date":null},)"
      R"({"id":"claude-opus-4-5-20251101","object":"model","created":1761955200,"owned_by":"anthropic","shutdown_date":"2027-01-22"},)"
      R"({"id":"claude-haiku-5-5","object":"model","created":1790812800,"owned_by":"anthropic","shutdown_date":null}]})");
  EXPECT_NE(answer.header("x-request-id"), "");
}

TEST_F(Models, AreListedAsAnthropicsObjects) {
  const Answer answer = anthropic("/v1/models?limit=1000");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("novel":[1]})"));
  EXPECT_TRUE(answer.body.ends_with(
      R"("has_more":false,"first_id":"claude-opus-5-5","last_id":"claude-haiku-5-5"})"))
      << answer.body;
}

TEST_F(Models, AreListedPageByPage) {
  const auto tail = [](const Answer& answer) {
    return answer.body.substr(answer.body.find("\"has_more"));
  };
  EXPECT_EQ(
      tail(anthropic("/v1/models?limit=2")),
      R"("has_more":true,"first_id":"claude-opus-5-5","last_id":"claude-opus-4-5-20251101"})");
  EXPECT_EQ(tail(anthropic("/v1/models?limit=2&after_id=claude-opus-4-5-20251101")),
            R"("has_more":false,"first_id":"claude-haiku-5-5","last_id":"claude-haiku-5-5"})");
  EXPECT_EQ(tail(anthropic("/v1/models?after_id=claude%2Dhaiku-5-5")),
            R"("has_more":false,"first_id":null,"last_id":null})");
  EXPECT_EQ(
      tail(anthropic("/v1/models?limit=1&before_id=claude-haiku-5-5")),
      R"("has_more":true,"first_id":"claude-opus-4-5-20251101","last_id":"claude-opus-4-5-20251101"})");
}

TEST_F(Models, APageThatIsNoneIsRefused) {
  for (const char* query : {"limit=0", "limit=1001", "limit=x", "limit=", "after_id=nobody",
                            "after_id=claude-opus-5-5&before_id=claude-haiku-5-5"})
    EXPECT_EQ(anthropic("/v1/models?" + std::string(query)).status, 400) << query;
  EXPECT_EQ(openai("/v1/models?limit=x").status, 200);
}

TEST_F(Models, OneIsFoundByItsIdItsShortIdAndItsAlias) {
  const std::pair<const char*, const char*> ids[] = {
      {"claude-haiku-5-5", "claude-haiku-5-5"},
      {"claude-haiku-5.5", "claude-haiku-5-5"},
      {"anthropic%2Fclaude-haiku-5-5", "claude-haiku-5-5"},
      {"opus", "claude-opus-5-5"},
      {"mine", "claude-haiku-5-5"},
      {"claude-opus-4-5", "claude-opus-4-5-20251101"}};
  for (const auto& [asked, id] : ids) {
    const std::string path = std::string("/v1/models/") + asked;
    EXPECT_THAT(openai(path).body, HasSubstr(std::string(R"({"id":")") + id + "\"")) << asked;
    EXPECT_THAT(anthropic(path).body, HasSubstr(std::string(R"("id":")") + id + "\"")) << asked;
  }
  EXPECT_EQ(
      openai("/v1/models/claude-opus-4-5").body,
      R"({"id":"claude-opus-4-5-20251101","object":"model","created":1761955200,"owned_by":"anthropic","shutdown_date":"2027-01-22"})");
}

TEST_F(Models, OneThatIsNotThereIsNotFound) {
  for (const char* id : {"claude-gone", "gpt-4o", "claude-opus-4", "claude-opus-4-5-2025"}) {
    const Answer answer = openai(std::string("/v1/models/") + id);
    EXPECT_EQ(answer.status, 404) << id;
    EXPECT_THAT(answer.body, HasSubstr(R"("code":"model_not_found")"));
    EXPECT_EQ(anthropic(std::string("/v1/models/") + id).status, 404) << id;
  }
}

}  // namespace
}  // namespace claif::gateway

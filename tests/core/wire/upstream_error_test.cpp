// What the upstream says in errors and headers, for the clients of either API (E1-E4).
#include "wire/anthropic_error.hpp"
#include "wire/openai_error.hpp"
#include "wire/rate_limit.hpp"

#include <gtest/gtest.h>

namespace claif::wire {
namespace {

constexpr int64_t kNow = 1'795'435'200'000;  // 2026-11-23T12:00:00Z

UpstreamHead head(const Headers& headers, int status = 429) {
  return {status, headers};
}

std::string reset(std::string_view at) {
  const auto out =
      limit_headers(head({{"anthropic-ratelimit-tokens-reset", std::string(at)}}), kNow);
  return out.front().first == "x-ratelimit-reset-tokens" ? out.front().second : "none";
}

TEST(LimitHeaders, SayResetsAsDurations) {
  EXPECT_EQ(reset("2026-11-23T12:00:12Z"), "12s");
  EXPECT_EQ(reset("2026-11-23T12:06:00Z"), "6m0s");
  EXPECT_EQ(reset("2026-11-23T13:00:00Z"), "1h0m0s");
  EXPECT_EQ(reset("2026-11-24T14:02:03Z"), "26h2m3s");
  EXPECT_EQ(reset("2026-11-23T12:00:00.250Z"), "250ms");
  EXPECT_EQ(reset("2026-11-23T12:00:01Z"), "1s");
  EXPECT_EQ(reset("2026-11-23T12:00:00Z"), "0ms");
  EXPECT_EQ(reset("2026-11-23T11:00:00Z"), "0ms");
  EXPECT_EQ(reset("soon"), "none");
}

TEST(LimitHeaders, KnowTwoFamiliesAndPassAllUnderTheirOwnNames) {
  const Headers given{{"anthropic-ratelimit-requests-limit", "50"},
                      {"anthropic-ratelimit-input-tokens-limit", "7"},
                      {"anthropic-priority-input-tokens-remaining", "3"},
                      {"content-type", "application/json"}};
  const Headers expected{{"x-ratelimit-limit-requests", "50"},
                         {"anthropic-ratelimit-requests-limit", "50"},
                         {"anthropic-ratelimit-input-tokens-limit", "7"},
                         {"anthropic-priority-input-tokens-remaining", "3"}};
  EXPECT_EQ(limit_headers(head(given), kNow), expected);
}

TEST(RetryAfter, MayBeSecondsMillisecondsOrADate) {
  const auto wait = [](const Headers& headers) { return retry_after_ms(head(headers), kNow); };
  EXPECT_EQ(wait({{"retry-after", "7"}}), 7'000u);
  EXPECT_EQ(wait({{"retry-after", "0.5"}}), 500u);
  EXPECT_EQ(wait({{"retry-after", "7"}, {"retry-after-ms", "300"}}), 300u);
  EXPECT_EQ(wait({{"retry-after", "7"}, {"retry-after-ms", "x"}}), 7'000u);
  EXPECT_EQ(wait({{"retry-after", "Mon, 23 Nov 2026 12:00:30 GMT"}}), 30'000u);
  EXPECT_EQ(wait({{"retry-after", "60"}}), 60'000u);
  for (const char* unusable : {"61", "0", "-1", "nan", "inf", "1e99", "soon", "",
                               "Mon, 23 Nov 2026 11:59:00 GMT", "Mon, 23 Nov 2026 12:02:00 GMT"})
    EXPECT_EQ(wait({{"retry-after", unusable}}), 0u) << unusable;
}

TEST(KeyOwner, ARefusedKeyOfTheGatewayIsItsOwnFault) {
  const char* body = R"({"type":"error","error":{"type":"authentication_error","message":"no"}})";
  const Error gateway = from_upstream(head({}, 401), body, {kNow, KeyOwner::gateway});
  EXPECT_EQ(http_status(gateway), 500);
  EXPECT_EQ(openai_type(gateway), "server_error");
  EXPECT_EQ(gateway.reason, "upstream_authentication_failed");
  const Error caller = from_upstream(head({}, 401), body, {kNow, KeyOwner::caller});
  EXPECT_EQ(http_status(caller), 401);
  EXPECT_EQ(caller.code, Errc::authentication);
  // What the key may not do is something that the client can ask less of.
  EXPECT_EQ(http_status(from_upstream(head({}, 403), "{}", {kNow, KeyOwner::gateway})), 403);
}

TEST(ContextLength, IsSaidInSeveralWays) {
  for (const std::string message : {"prompt is too long: 9 tokens > 8 maximum",
                                    "input length and `max_tokens` exceed context limit: 9 + 8 > 7",
                                    "the request exceeds the model's context window"}) {
    const Error error = from_upstream(
        head({}, 400), R"({"error":{"type":"invalid_request_error","message":")" + message + "\"}}",
        {kNow});
    EXPECT_EQ(error.reason, "context_length_exceeded") << message;
    EXPECT_EQ(error.param, "messages") << message;
  }
}

TEST(AnthropicError, HasTheTypeOfItsStatus) {
  const std::pair<int, const char*> types[] = {{400, "invalid_request_error"},
                                               {401, "authentication_error"},
                                               {403, "permission_error"},
                                               {404, "not_found_error"},
                                               {405, "invalid_request_error"},
                                               {413, "request_too_large"},
                                               {429, "rate_limit_error"},
                                               {500, "api_error"},
                                               {502, "api_error"},
                                               {503, "overloaded_error"},
                                               {504, "timeout_error"},
                                               {529, "overloaded_error"}};
  for (const auto& [status, type] : types)
    EXPECT_EQ(type_of_status(status), type) << status;
  Error error;
  error.code = Errc::timeout;
  error.message = "too \"late\"";
  EXPECT_EQ(encode_anthropic_error(error, "claif-7"),
            R"({"type":"error","error":{"type":"timeout_error","message":"too \"late\""},)"
            R"("request_id":"claif-7"})");
}

TEST(AnthropicError, AnEventHasTheStatusOfItsType) {
  EXPECT_EQ(status_of_error_json(R"({"type":"error","error":{"type":"overloaded_error"}})"), 529);
  EXPECT_EQ(status_of_error_json(R"({"type":"error","error":{"type":"rate_limit_error"}})"), 429);
  for (const char* unknown : {R"({"type":"error"})", "", R"({"error":{"type":"new_error"}})"})
    EXPECT_EQ(status_of_error_json(unknown), 500);
}

}  // namespace
}  // namespace claif::wire

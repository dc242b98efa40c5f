#include "gateway/dialect.hpp"

#include <ostream>

#include <gtest/gtest.h>

namespace claif::gateway {

void PrintTo(Dialect dialect, std::ostream* out) {
  *out << (dialect == Dialect::openai ? "openai" : "anthropic");
}

namespace {

TEST(Dialect, IsThatOfThePathOrElseOfTheCaller) {
  for (const char* path : {"/v1/messages", "/v1/messages/count_tokens", "/v1/messages/batches/x"})
    EXPECT_EQ(dialect_of(path, false), Dialect::anthropic) << path;
  for (const char* path : {"/v1/chat/completions", "/v1/responses", "/v1/responses/r"})
    EXPECT_EQ(dialect_of(path, true), Dialect::openai) << path;
  for (const char* path : {"/v1/models", "/v1/models/x", "/", "/nothing", "/v1/messagesx"}) {
    EXPECT_EQ(dialect_of(path, true), Dialect::anthropic) << path;
    EXPECT_EQ(dialect_of(path, false), Dialect::openai) << path;
  }
}

TEST(Dialect, IsSeenInAHeadThatIsWrongOrCutOff) {
  for (const char* head :
       {"POST /v1/messages HTTP/1.1\r\nHost: a\r\n\r\n", "POST /v1/messages?beta=true HTTP/9",
        "POST /v1/messages", "POST http://localhost:1/v1/messages/count_tokens HTTP/1.1\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: a\r\nAnthropic-Version: 2023-06-01\r\n",
        "GET /nothing HTTP/1.1\r\nanthropic-version:x"})
    EXPECT_EQ(dialect_of_head(head), Dialect::anthropic) << head;
  for (const char* head :
       {"", " ", "\r\n", "GET", "GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nx: anthropic-version: 1\r\nanthropic-versions: 1\r\n",
        "POST /v1/chat/completions HTTP/1.1\r\nanthropic-version: 1\r\n", "GET http://localhost"})
    EXPECT_EQ(dialect_of_head(head), Dialect::openai) << head;
}

}  // namespace
}  // namespace claif::gateway

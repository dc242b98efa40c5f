// claif query --dry-run
#include "base/json.hpp"
#include "cli/claif_program.hpp"
#include "client/fake_anthropic.hpp"

#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::cli {
namespace {

using claif::testing::ClaifProgram;
using claif::testing::Ended;
using claif::testing::FakeAnthropic;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class DryRun : public ::testing::Test {
 private:
  std::mutex mutex_;  // before `upstream`, whose threads use it
  std::vector<FakeAnthropic::Call> calls_;

 protected:
  DryRun() {
    claif.setenv("ANTHROPIC_BASE_URL=" + upstream.url());
    claif.setenv("ANTHROPIC_API_KEY=test-key-123456");
  }
  std::vector<FakeAnthropic::Call> seen() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  static std::vector<std::string> with(std::vector<std::string> args, const std::string& last) {
    args.push_back(last);
    return args;
  }

  FakeAnthropic upstream{[this](const FakeAnthropic::Call& call) {
    {
      const std::lock_guard lock(mutex_);
      calls_.push_back(call);
    }
    call.write(call.wants_stream() ? FakeAnthropic::stream_start() + FakeAnthropic::stream_end()
                                   : FakeAnthropic::response(200, FakeAnthropic::message("yes")));
  }};
  ClaifProgram claif;
};

TEST_F(DryRun, PrintsExactlyWhatIsSentAndSendsNothing) {
  const std::vector<std::vector<std::string>> queries = {
      {"query", "hi", "-m", "opus", "-s", "be brief"},
      {"query", "hi", "--no-stream", "--max-tokens", "9", "--param", "temperature=0.5", "-m",
       "claude-opus-4-6"},
      {"query", "hi", "--no-stream", "-m", "haiku"},  // so long that it streams upstream (U3)
      {"query", "hi", "--param", "anthropic_beta=[\"a-1\",\"b-2\"]"},
  };
  for (size_t i = 0; i < queries.size(); ++i) {
    const Ended told = claif.run(with(queries[i], "--dry-run"));
    EXPECT_EQ(told.code, 0) << told.err;
    ASSERT_EQ(seen().size(), i) << "something was sent";
    EXPECT_THAT(told.out, StartsWith("POST " + upstream.url() + "/v1/messages\n"));
    EXPECT_THAT(told.out, HasSubstr("\nx-api-key: [redacted]\n"));
    EXPECT_THAT(told.out + told.err, Not(HasSubstr("test-key")));

    static_cast<void>(claif.run(queries[i]));
    ASSERT_EQ(seen().size(), i + 1);
    const FakeAnthropic::Call sent = seen().back();
    const size_t head_end = told.out.find("\n\n");
    EXPECT_EQ(told.out.substr(head_end + 2), sent.body + "\n");
    std::istringstream lines(told.out.substr(0, head_end));
    std::string line;
    std::getline(lines, line);  // the request line
    while (std::getline(lines, line)) {
      const std::string shown = line.substr(0, line.find("[redacted]"));
      EXPECT_THAT(sent.head, HasSubstr("\r\n" + shown));
    }
  }
}

TEST_F(DryRun, IsOneObjectWithJson) {
  const Ended told = claif.run({"query", "hi", "-m", "opus", "--dry-run", "--json"});
  EXPECT_EQ(told.code, 0) << told.err;
  const auto doc = json::parse(told.out);
  ASSERT_TRUE(doc) << told.out;
  EXPECT_EQ(json::string_or(doc->root(), "method"), "POST");
  EXPECT_EQ(json::string_or(doc->root(), "url"), upstream.url() + "/v1/messages");
  const json::Value* headers = json::find(doc->root(), "headers");
  const json::Value* body = json::find(doc->root(), "body");
  ASSERT_TRUE(headers != nullptr && body != nullptr);
  EXPECT_EQ(json::string_or(*headers, "x-api-key"), "[redacted]");
  EXPECT_EQ(json::string_or(*headers, "anthropic-version"), "2026-10-21");
  EXPECT_EQ(json::string_or(*body, "model"), "claude-opus-5-5");
  EXPECT_EQ(upstream.calls(), 0);
}

TEST_F(DryRun, NoSecretOfTheConfigurationIsShown) {
  claif.setenv("TEAM=team-secret-1");
  const Ended told = claif.run({"query", "hi", "--dry-run", "--set",
                                R"(transport.config.headers.x-team=${env:TEAM})", "--set",
                                "transport.config.headers.x-session-token=plain", "--set",
                                "transport.config.headers.x-trace=on"});
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_THAT(told.out, HasSubstr("\nx-team: [redacted]\n"));
  EXPECT_THAT(told.out, HasSubstr("\nx-session-token: [redacted]\n"));
  EXPECT_THAT(told.out, HasSubstr("\nx-trace: on\n"));
}

TEST_F(DryRun, HasTheHistoryOfItsSessionAndStoresNothing) {
  ASSERT_EQ(claif.run({"query", "my name is Ada", "--session", "talk", "--no-stream"}).code, 0);
  for (int i = 0; i < 2; ++i) {
    const Ended told = claif.run({"query", "who am I", "--session", "talk", "--dry-run"});
    EXPECT_EQ(told.code, 0) << told.err;
    EXPECT_THAT(told.out, HasSubstr("my name is Ada"));
    const size_t first = told.out.find("who am I");
    EXPECT_NE(first, std::string::npos);
    EXPECT_EQ(told.out.find("who am I", first + 1), std::string::npos);
  }
  EXPECT_THAT(claif.run({"sessions", "list"}).out, StartsWith("talk  1 turns"));
}

TEST_F(DryRun, NeedsNoKey) {
  ClaifProgram keyless;
  const Ended told = keyless.run({"query", "hi", "--dry-run"});
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_THAT(told.out, StartsWith("POST https://api.anthropic.com/v1/messages\n"));
  EXPECT_THAT(told.out, Not(HasSubstr("x-api-key")));
}

TEST_F(DryRun, SaysWhatTheTransportDoesNotTell) {
  const Ended told = claif.mock({"query", "hi", "--dry-run"});
  EXPECT_EQ(told.code, 0);
  EXPECT_THAT(told.out, StartsWith("anthropic-version: 2026-10-21\n\n{\"model\":"));
  EXPECT_THAT(told.err, HasSubstr("the transport mock does not tell"));
  EXPECT_THAT(claif.mock({"query", "hi", "--dry-run", "--json"}).out,
              StartsWith(R"({"method":null,"url":null,"headers":{"anthropic-version":)"));
}

TEST_F(DryRun, RefusesWhatAnAnswerWouldBeRefusedFor) {
  const Ended told = claif.run({"query", "hi", "-m", "gpt-4", "--dry-run"});
  EXPECT_EQ(told.code, 8);
  EXPECT_EQ(told.out, "");
}

}  // namespace
}  // namespace claif::cli

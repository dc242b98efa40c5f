#include "cli/claif_program.hpp"
#include "client/fake_anthropic.hpp"
#include "gateway/running_gateway.hpp"

#include <atomic>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::cli {
namespace {

using claif::testing::ClaifProgram;
using claif::testing::Ended;
using claif::testing::Process;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

void write_file(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

TEST(Program, TellsItsVersion) {
  ClaifProgram claif;
  EXPECT_EQ(claif.run({"--version"}).out, "claif " CLAIF_VERSION "\n");
  EXPECT_THAT(claif.run({"version"}).out, StartsWith("claif " CLAIF_VERSION " (plugin ABI 1."));
}

TEST(Program, HelpHasAnExampleForEachCommand) {
  ClaifProgram claif;
  const Ended all = claif.run({"--help"});
  EXPECT_EQ(all.code, 0);
  for (const char* command : {"query", "chat", "serve", "plugins", "approval", "models", "health",
                              "sessions", "config"}) {
    EXPECT_THAT(all.out, HasSubstr(command));
    const Ended one = claif.run({command, "--help"});
    EXPECT_EQ(one.code, 0);
    EXPECT_THAT(one.out, HasSubstr("Example:\n  "));
    EXPECT_THAT(one.out, HasSubstr(std::string("claif ") + command));
  }
}

TEST(ApprovalCommand, TellsTheCasesThatComeOutDifferently) {
  ClaifProgram claif;
  const auto file = claif.work() / "cases.json";
  write_file(file, R"({"cases":[
    {"id":"shell","expect":"deny","call":{"name":"bash","arguments":{"command":"id"}}},
    {"id":"reading","expect":"allow","call":{"name":"read_file","arguments":{}}},
    {"id":"own","expect":"allow","strategy":{"type":"deny_all"},"call":{"name":"read_file","arguments":{}}}]})");
  const std::vector<std::string> test{"approval", "test", file.string(), "--set",
                                      "approval.use=production"};
  const Ended ended = claif.run(test);
  EXPECT_EQ(ended.code, 8);
  EXPECT_EQ(ended.out,
            "own: expected allow, got deny (deny-all denies every tool, also 'read_file')\n");
  EXPECT_THAT(ended.err, HasSubstr("2 of 3 cases passed"));

  auto as_json = test;
  as_json.push_back("--json");
  const Ended json = claif.run(as_json);
  EXPECT_EQ(json.code, 8);
  EXPECT_THAT(json.out,
              StartsWith(R"({"cases":3,"failed":1,"results":[{"id":"shell","passed":true,)"));
}

TEST(ApprovalCommand, NeedsAFileWithCases) {
  ClaifProgram claif;
  const auto file = claif.work() / "cases.json";
  EXPECT_EQ(claif.run({"approval", "test", file.string()}).code, 8);
  for (const char* const text : {"", "{}", "[]", R"({"cases":7})", "not json"}) {
    write_file(file, text);
    const Ended ended = claif.run({"approval", "test", file.string()});
    EXPECT_EQ(ended.code, 8) << text;
    EXPECT_THAT(ended.err, HasSubstr("cases.json")) << text;
  }
  EXPECT_EQ(claif.run({"approval", "test"}).code, 2);
}

TEST(Program, WrongUsageIs2) {
  ClaifProgram claif;
  for (const std::vector<std::string>& args : {std::vector<std::string>{},
                                               {"frobnicate"},
                                               {"plugins"},
                                               {"plugins", "why"},
                                               {"config"},
                                               {"serve", "--port", "70000"},
                                               {"serve", "--threads", "0"}}) {
    const Ended ended = claif.run(args);
    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.out, "");
    EXPECT_NE(ended.err, "");
  }
}

TEST(Plugins, ListsThoseThatShip) {
  ClaifProgram claif;
  const Ended ended = claif.run({"plugins", "list"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("transport-mock "));
  EXPECT_THAT(ended.out, HasSubstr("claif.approval/1"));
  const Ended json = claif.run({"plugins", "list", "--json"});
  EXPECT_THAT(json.out, StartsWith("[{\"name\":"));
  EXPECT_THAT(json.out, HasSubstr(R"("id":"claif.transport.mock")"));
  EXPECT_THAT(json.out, HasSubstr(R"("refusal":null)"));
}

TEST(Plugins, AreFoundHoweverTheProgramIsCalled) {
  ClaifProgram claif;
  const std::string shell = "PATH=" CLAIF_TEST_BIN_DIR ":$PATH; claif plugins why cache-memory";
  Process process({"/bin/sh", "-c", shell}, claif.env(), claif.work().string());
  EXPECT_EQ(process.wait().code, 0);
}

TEST(Plugins, SaysWhyOneLoadsOrNot) {
  ClaifProgram claif;
  const Ended good = claif.run({"plugins", "why", "cache-memory"});
  EXPECT_EQ(good.code, 0);
  EXPECT_THAT(good.out, StartsWith("cache-memory loads: claif.cache.memory"));
  EXPECT_EQ(claif.run({"plugins", "why", "claif.cache.memory"}).code, 0);
  const Ended missing = claif.run({"plugins", "why", "no-such"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.out, HasSubstr("no-such is refused"));
  write_file(claif.work() / "plugins" / "approval-junk.so", "this is no library");
  const Ended junk =
      claif.run({"plugins", "why", "approval-junk", "--plugin-dir", claif.work() / "plugins"});
  EXPECT_EQ(junk.code, 2);
  EXPECT_THAT(junk.out, HasSubstr("approval-junk is refused: "));
  EXPECT_THAT(claif.run({"plugins", "list", "--plugin-dir", claif.work() / "plugins"}).out,
              HasSubstr("refused: "));
}

TEST(Config, ShowsWhatIsInForce) {
  ClaifProgram claif;
  write_file(
      claif.state() / "config.json",
      R"({"transport":{"use":"mock"},"gateway":{"auth_token":"open-sesame-1","port":9000}})");
  const Ended shown = claif.run({"config", "show"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr(R"("use": "mock")"));
  EXPECT_THAT(shown.out, HasSubstr(R"("auth_token": "***")"));
  EXPECT_THAT(shown.out, Not(HasSubstr("sesame")));
}

TEST(Config, TellsWhereEachValueCameFrom) {
  ClaifProgram claif;
  const auto file = claif.state() / "config.json";
  write_file(file, R"({"transport":{"use":"mock"},"gateway":{"port":9000},"model":"opus"})");
  write_file(claif.work() / ".claif.json", R"({"model":"haiku"})");
  claif.setenv("CLAIF_GATEWAY__PORT=9001");
  const std::string out = claif.run({"config", "show", "--origin", "--set", "retries=1"}).out;
  EXPECT_THAT(out, HasSubstr("transport.use = \"mock\"  (" + file.string() + ")"));
  EXPECT_THAT(out, HasSubstr("gateway.port = 9001  (CLAIF_GATEWAY__PORT)"));
  EXPECT_THAT(out,
              HasSubstr("model = \"haiku\"  (" + (claif.work() / ".claif.json").string() + ")"));
  EXPECT_THAT(out, HasSubstr("retries = 1  (--set)"));
  EXPECT_THAT(out, HasSubstr("approval.use = \"allow-all\"  (default)"));
}

TEST(Config, AProjectMayNotChooseTheUpstream) {
  ClaifProgram claif;
  write_file(claif.work() / ".claif.json",
             R"({"transport":{"config":{"base_url":"http://127.0.0.1:1"}}})");
  const Ended ended = claif.run({"config", "show"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("'transport'"));
}

TEST(Config, AFileThatIsNoJsonIsNamed) {
  ClaifProgram claif;
  write_file(claif.state() / "config.json", "{,}");
  const Ended ended = claif.run({"config", "show"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("config.json"));
}

TEST(Config, AnUnknownSettingIsNamedWithTheNearest) {
  ClaifProgram claif;
  const Ended ended = claif.run({"config", "show", "--set", "gateway.prot=1"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr("'gateway.prot' is no setting; did you mean 'port'?"));
}

TEST(Config, PrintsItsSchema) {
  ClaifProgram claif;
  const Ended ended = claif.run({"config", "schema"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("draft-04"));
  EXPECT_THAT(ended.out, HasSubstr("\"gateway\""));
}

TEST(Models, ListsWhatTheTransportOffers) {
  ClaifProgram claif;
  EXPECT_THAT(
      claif.mock({"models"}).out,
      HasSubstr("claude-haiku-5-5    1000000 in   128000 out  thinks unless told not to\n"));
  EXPECT_THAT(claif.mock({"models", "--json"}).out,
              StartsWith(R"([{"type":"model","id":"claude-)"));
}

const std::string kNews =
    R"({"data":[{"type":"model","id":"claude-opus-5-5","created_at":"2026-10-01T00:00:00Z",)"
    R"("max_tokens":777,"max_input_tokens":5000,"lifecycle":"deprecated",)"
    R"("retires_at":"2027-01-31T00:00:00Z","capabilities":null}],"has_more":false})";

TEST(Models, TellsWhatTheUpstreamSaysOfThem) {
  testing::FakeAnthropic upstream([](const testing::FakeAnthropic::Call& call) {
    call.write(testing::FakeAnthropic::response(200, kNews));
  });
  ClaifProgram claif;
  claif.setenv("ANTHROPIC_BASE_URL=" + upstream.url());
  claif.setenv("ANTHROPIC_API_KEY=test-key-123456");
  EXPECT_EQ(claif.run({"models"}).out,
            "claude-opus-5-5      5000 in      777 out  always thinks; deprecated, ends "
            "2027-01-31\n");
  EXPECT_THAT(claif.run({"models", "--json"}).out, HasSubstr(R"("max_input_tokens":5000)"));
}

TEST(Sessions, ListsThoseThatWereStored) {
  ClaifProgram claif;
  const Ended none = claif.mock({"sessions", "list"});
  EXPECT_EQ(none.code, 0);
  EXPECT_EQ(none.out, "");
  EXPECT_THAT(none.err, HasSubstr("no sessions yet"));
  ASSERT_EQ(claif.mock({"query", "hi", "--session", "talk-1"}).code, 0);
  EXPECT_THAT(claif.mock({"sessions", "list"}).out, StartsWith("talk-1  1 turns  20"));
  EXPECT_THAT(claif.mock({"sessions", "list", "--json"}).out, HasSubstr(R"("id":"talk-1")"));
}

// A gateway on a free port; its address is in standard error.
class Serving {
 public:
  explicit Serving(std::vector<std::string> more = {})
      : process_(claif_.command(ClaifProgram::with_mock(with(std::move(more)))),
                 claif_.env(),
                 claif_.work().string()) {
    if (!process_.wait_for("listening on http://127.0.0.1:")) return;
    const std::string& err = process_.so_far().err;
    const size_t at = err.find("http://");
    url_ = err.substr(at, err.find('\n', at) - at);
  }
  const std::string& url() const { return url_; }
  Process& process() { return process_; }
  ClaifProgram& claif() { return claif_; }

 private:
  static std::vector<std::string> with(std::vector<std::string> more) {
    more.insert(more.begin(), {"serve", "--port", "0"});
    return more;
  }
  ClaifProgram claif_;
  Process process_;
  std::string url_;
};

TEST(Health, TellsWhetherAGatewayIsReady) {
  Serving serving;
  ASSERT_NE(serving.url(), "");
  const Ended up = serving.claif().mock({"health", "--url", serving.url()});
  EXPECT_EQ(up.code, 0) << up.err;
  EXPECT_EQ(up.out, "{\"status\":\"ready\"}\n");
  const Ended down = serving.claif().mock({"health", "--url", "http://127.0.0.1:1"});
  EXPECT_EQ(down.code, 5);
  EXPECT_EQ(down.out, "");
  EXPECT_THAT(down.err, HasSubstr("no gateway answers at http://127.0.0.1:1/readyz"));
}

TEST(Serve, StopsWhenAskedTo) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Serving serving({"--threads", "2"});
    ASSERT_NE(serving.url(), "");
    serving.process().signal(signal);
    const Ended ended = serving.process().wait();
    EXPECT_EQ(ended.code, 0);
    EXPECT_EQ(ended.out, "");
    EXPECT_THAT(ended.err, HasSubstr("stopping"));
  }
}

TEST(Serve, GoesByWhatTheUpstreamSaysOfItsModels) {
  std::atomic<bool> reachable = true;
  testing::FakeAnthropic upstream([&](const testing::FakeAnthropic::Call& call) {
    const bool is_list = call.head.starts_with("GET /v1/models?");
    const bool lists = is_list && reachable;
    call.write(testing::FakeAnthropic::response(
        is_list && !lists ? 503 : 200,
        lists ? kNews
              : testing::FakeAnthropic::message(
                    call.body.find("\"max_tokens\":777") == std::string::npos ? "old" : "new")));
  });
  ClaifProgram claif;
  claif.setenv("ANTHROPIC_BASE_URL=" + upstream.url());
  claif.setenv("ANTHROPIC_API_KEY=test-key-123456");
  const std::string body = R"({"model":"opus","messages":[{"role":"user","content":"Hi"}]})";
  for (const bool can : {true, false}) {
    reachable = can;
    Process process(claif.command({"serve", "--port", "0"}), claif.env(), claif.work().string());
    ASSERT_TRUE(process.wait_for("listening on http://127.0.0.1:") && process.wait_for("\n"));
    const std::string err = process.so_far().err;
    const auto port = static_cast<uint16_t>(std::atoi(err.c_str() + err.find("127.0.0.1:") + 10));
    testing::RawClient client(port);
    if (!can) {
      ASSERT_TRUE(process.wait_for("the list of models cannot be had"));
    }
    std::string answer;
    for (int i = 0; i < 1000 && answer.find(can ? "new" : "old") == std::string::npos; ++i)
      answer = client.ask(testing::chat_request(body)).value_or(testing::Answer{}).body;
    EXPECT_THAT(answer, HasSubstr(can ? "new" : "old"));
  }
}

TEST(Serve, RefusesAnAddressThatOthersReach) {
  ClaifProgram claif;
  const Ended ended = claif.mock({"serve", "--host", "0.0.0.0", "--port", "0"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("gateway.auth_token"));
}

}  // namespace
}  // namespace claif::cli

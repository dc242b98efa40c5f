#include "connection.hpp"

#include <claif/testing/cache_conformance.hpp>
#include <claif/testing/temp_dir.hpp>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>

namespace claif::testing {
namespace {

// A real server, on a Unix socket only.
class RedisServer {
 public:
  // Listens on a Unix socket only. `more`: arguments of redis-server.
  explicit RedisServer(std::vector<std::string> more = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::string socket() const { return dir_.file("redis.sock"); }
  bool start();  // true: it answers
  void kill();   // SIGKILL
  void pause();  // SIGSTOP
  void resume();

 private:
  TempDir dir_;
  std::vector<std::string> more_;
  pid_t pid_ = -1;
};

RedisServer::RedisServer(std::vector<std::string> more) : more_(std::move(more)) {}

RedisServer::~RedisServer() {
  kill();
}

bool RedisServer::start() {
  std::vector<std::string> arguments{"redis-server", "--port", "0",     "--unixsocket", socket(),
                                     "--save",       "",       "--dir", dir_.file("")};
  arguments.insert(arguments.end(), more_.begin(), more_.end());
  std::vector<char*> argv;
  for (std::string& argument : arguments)
    argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that dies leaves nothing behind
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, STDOUT_FILENO);
    ::dup2(null, STDERR_FILENO);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  cache_redis::Server server;
  server.socket = socket();
  const auto until = cache_redis::Clock::now() + std::chrono::seconds(10);
  while (cache_redis::Clock::now() < until) {
    try {
      const cache_redis::Connection connection(server, until);
      return true;
    } catch (const sdk::Error&) {
      ::poll(nullptr, 0, 5);  // it is not there yet
    }
  }
  return false;
}

void RedisServer::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(std::exchange(pid_, -1), nullptr, 0);
}

void RedisServer::pause() {
  ::kill(pid_, SIGSTOP);
}

void RedisServer::resume() {
  ::kill(pid_, SIGCONT);
}

std::string config_of(const RedisServer& server, const std::string& more = "") {
  return R"({"pause":"0ms","timeout":"10s","socket":")" + server.socket() + "\"" + more + "}";
}

// One server for all; each test has keys of its own.
class SharedServer : public ::testing::Environment {
 public:
  void SetUp() override { ASSERT_TRUE(server.start()) << "redis-server is not installed"; }
  RedisServer server;
};
auto* const shared = dynamic_cast<SharedServer*>(
    ::testing::AddGlobalTestEnvironment(new SharedServer));  // GoogleTest owns it

INSTANTIATE_TEST_SUITE_P(Redis, CacheConformance, ::testing::Values([] {
                           static int n = 0;
                           return config_of(shared->server,
                                            R"(,"prefix":"c)" + std::to_string(++n) + ":\"");
                         }));

// Redis counts the time to live by its own clock, which a test does not turn.
TEST(RedisCache, LeavesTheTimeToLiveToTheServer) {
  FakeHost host;
  CacheUnderTest cache(host, config_of(shared->server, R"(,"prefix":"ttl:")"));
  cache.put(cache_key(1), "value", 3'600'000);
  cache_redis::Server server;
  server.socket = shared->server.socket();
  const auto until = cache_redis::Clock::now() + std::chrono::seconds(10);
  cache_redis::Connection connection(server, until);
  const std::string key = "ttl:" + cache_key(1);
  EXPECT_EQ(connection.ask({"GET", key}, until), "value");
  const std::string script = "return tostring(redis.call('PTTL', KEYS[1]))";
  const int left = std::stoi(connection.ask({"EVAL", script, "1", key}, until).value_or("0"));
  EXPECT_GT(left, 3'500'000);
  EXPECT_LE(left, 3'600'000);
}

class BrokenRedis : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(server.start()); }
  // How a get ends.
  claif_status ask(PluginUnderTest& plugin) {
    FakeOp op;
    plugin.iface<claif_cache_v1>()->get(plugin.self(), sdk::str(key), op.raw());
    EXPECT_EQ(op.finish_count(), 1u);
    return op.status();
  }
  const std::string key = cache_key(1);
  FakeHost host;
  RedisServer server;
};

TEST_F(BrokenRedis, ADeadServerIsUnavailableAndServesAgainWhenItIsBack) {
  PluginUnderTest plugin(host, config_of(server));
  ASSERT_EQ(plugin.error(), "");
  EXPECT_EQ(ask(plugin), CLAIF_OK);
  server.kill();
  EXPECT_EQ(ask(plugin), CLAIF_E_UNAVAILABLE);
  ASSERT_TRUE(server.start());
  EXPECT_EQ(ask(plugin), CLAIF_OK);
}

TEST_F(BrokenRedis, AServerThatHangsCostsItsTimeoutOnceAndThenNothingForAWhile) {
  PluginUnderTest plugin(host,
                         R"({"pause":"1h","timeout":"50ms","socket":")" + server.socket() + "\"}");
  EXPECT_EQ(ask(plugin), CLAIF_OK);
  server.pause();
  EXPECT_EQ(ask(plugin), CLAIF_E_UNAVAILABLE);
  server.resume();
  EXPECT_EQ(ask(plugin), CLAIF_E_UNAVAILABLE) << "it is not asked";
}

// The answer of a command that timed out must not be taken for that of the next one.
TEST_F(BrokenRedis, ALateAnswerIsNobodys) {
  PluginUnderTest plugin(host,
                         R"({"pause":"0ms","timeout":"50ms","socket":")" + server.socket() + "\"}");
  FakeOp put;
  plugin.iface<claif_cache_v1>()->put(plugin.self(), sdk::str(key), sdk::str("mine"), 60'000,
                                      put.raw());
  server.pause();
  EXPECT_EQ(ask(plugin), CLAIF_E_UNAVAILABLE);
  server.resume();
  FakeOp other;
  const std::string missing = cache_key(2);
  // The first try after it may still find the server busy.
  for (int i = 0; i < 100 && ask(plugin) != CLAIF_OK; ++i) {
  }
  plugin.iface<claif_cache_v1>()->get(plugin.self(), sdk::str(missing), other.raw());
  EXPECT_EQ(other.value(), std::nullopt);
}

TEST(RedisCacheAccess, SpeaksWithAPassword) {
  RedisServer server({"--requirepass", "open sesame"});
  ASSERT_TRUE(server.start());
  FakeHost host;
  CacheUnderTest cache(host, config_of(server, R"(,"password":"open sesame","database":3)"));
  cache.put(cache_key(1), "value");
  EXPECT_EQ(cache.get(cache_key(1)), "value");
  PluginUnderTest wrong(host, config_of(server, R"(,"password":"guess")"));
  FakeOp op;
  wrong.iface<claif_cache_v1>()->get(wrong.self(), sdk::str(cache_key(1)), op.raw());
  EXPECT_EQ(op.status(), CLAIF_E_UNAVAILABLE);
  EXPECT_NE(op.error_text().find("WRONGPASS"), std::string::npos) << op.error_text();
}

}  // namespace
}  // namespace claif::testing

#include "redis_server.hpp"

#include "connection.hpp"

#include <claif/sdk/text.hpp>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <utility>

#include <sys/prctl.h>
#include <sys/wait.h>

namespace claif::testing {

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

}  // namespace claif::testing

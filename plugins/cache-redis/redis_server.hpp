// A real Redis server, for the test that makes it.
#pragma once

#include <claif/testing/temp_dir.hpp>

#include <string>
#include <vector>

#include <sys/types.h>

namespace claif::testing {

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

}  // namespace claif::testing

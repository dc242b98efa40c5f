// bench_spawn PROGRAM [ARGUMENT...]: runs a program and prints, as JSON, when the first byte of its
// stdout came, how long it ran, and its peak memory. A launcher this small is needed because the
// peak that the kernel reports for a child starts with the memory of the process that started it.
#include "net/clock.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <spawn.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/wait.h>

extern char** environ;

int main(int argc, char** argv) {
  using claif::bench::now_ns;
  int out[2];
  if (argc < 2 || ::pipe(out) != 0) {
    std::fprintf(stderr, "usage: bench_spawn PROGRAM [ARGUMENT...]\n");
    return 2;
  }
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addclose(&actions, out[0]);
  ::posix_spawn_file_actions_addclose(&actions, out[1]);
  pid_t pid = 0;
  const std::int64_t start = now_ns();
  const int error = ::posix_spawnp(&pid, argv[1], &actions, nullptr, argv + 1, environ);
  if (error != 0) {
    std::fprintf(stderr, "bench_spawn: %s: %s\n", argv[1], std::strerror(error));
    return 2;
  }
  ::close(out[1]);
  std::array<char, 4096> buffer;
  std::int64_t first_byte = 0;
  long long bytes = 0;
  for (ssize_t size = 0; (size = ::read(out[0], buffer.data(), buffer.size())) > 0; bytes += size) {
    if (first_byte == 0) first_byte = now_ns() - start;
  }
  int status = 0;
  rusage usage{};
  ::wait4(pid, &status, 0, &usage);
  const double exit_ms = static_cast<double>(now_ns() - start) / 1e6;
  std::printf(
      "{\"first_byte_ms\":%.3f,\"exit_ms\":%.3f,\"bytes\":%lld,\"peak_rss_kb\":%ld,\"status\":%d}"
      "\n",
      static_cast<double>(first_byte) / 1e6, exit_ms, bytes, usage.ru_maxrss,
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

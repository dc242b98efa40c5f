// bench_upstream [PORT]: a fake Anthropic Messages API on 127.0.0.1. Port 0, the default, takes a
// free one. The first line on stdout names the address.
#include "fake_upstream/server.hpp"

#include <csignal>
#include <cstdio>
#include <exception>

#include <sys/prctl.h>

int main(int argc, char** argv) {
  using namespace claif::bench;
  try {
    std::signal(SIGPIPE, SIG_IGN);
    ::prctl(PR_SET_TIMERSLACK, 1);  // paced events leave on time
    Listener listener = listen_loopback(argc > 1 ? parse_port(argv[1]) : std::uint16_t{0});
    std::printf("bench_upstream: listening on http://127.0.0.1:%u\n", unsigned{listener.port});
    std::fflush(stdout);
    Server(std::move(listener)).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_upstream: %s\n", error.what());
    return 1;
  }
}

// bench_load: an HTTP/1.1 load generator for the benchmark; one thread. Prints one line of JSON,
// and exits with 3 when a request failed or none succeeded. See the README for its options.
#include "load/generator.hpp"

#include <csignal>
#include <cstdio>
#include <exception>

#include <sys/prctl.h>

int main(int argc, char** argv) {
  using namespace claif::bench;
  try {
    std::signal(SIGPIPE, SIG_IGN);
    ::prctl(PR_SET_TIMERSLACK, 1);  // the open loop sends on time
    const Options options = parse_options({argv + 1, argv + argc});
    const Results results = Generator(options, build_request(options)).run();
    std::puts(to_json(options, results).c_str());
    return results.succeeded > 0 && results.failed == 0 ? 0 : 3;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_load: %s\n", error.what());
    return 2;
  }
}

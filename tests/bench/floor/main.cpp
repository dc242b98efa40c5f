// bench_floor PORT UPSTREAM_PORT: the least C++ that is a translating gateway. It is no product,
// but what the work costs before any feature: the floor under the figures of a gateway. Port 0
// takes a free one; the first line on stdout names the address.
#include "floor/gateway.hpp"

#include <csignal>
#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  using namespace claif::bench;
  if (argc != 3) {
    std::fprintf(stderr, "usage: bench_floor PORT UPSTREAM_PORT\n");
    return 2;
  }
  try {
    std::signal(SIGPIPE, SIG_IGN);
    Listener listener = listen_loopback(parse_port(argv[1]));
    const std::uint16_t upstream_port = parse_port(argv[2]);
    std::printf("bench_floor: listening on http://127.0.0.1:%u\n", unsigned{listener.port});
    std::fflush(stdout);
    FloorGateway(std::move(listener), upstream_port).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_floor: %s\n", error.what());
    return 1;
  }
}

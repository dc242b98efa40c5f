// The command line of bench_load.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace claif::bench {

struct Options {
  std::uint16_t port = 0;
  std::string path = "/";
  std::string body_file;
  std::vector<std::string> headers;
  std::string model = "claude-mock";
  std::string expect;  // what each good answer contains
  bool stream = false;
  std::size_t connections = 1;
  double rate = 0;             // requests a second of the open loop; 0 = closed loop
  std::uint64_t requests = 0;  // ends after so many; 0 = by time
  double warm_seconds = 1;
  double seconds = 4;
  int pid = 0;  // whose CPU time and memory are measured; 0 = nobody's
};

// Throws std::invalid_argument.
Options parse_options(const std::vector<std::string>& arguments);

// The bytes of the request, with the model and the streaming flag filled into the body file.
std::string build_request(const Options& options);

}  // namespace claif::bench

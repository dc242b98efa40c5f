// What a run of the load generator found.
#pragma once

#include "load/options.hpp"
#include "load/process_usage.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace claif::bench {

struct Results {
  double seconds = 0;
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;
  std::uint64_t reconnects = 0;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  // Nanoseconds each.
  std::vector<std::int64_t> latency;      // open loop: from the planned time on
  std::vector<std::int64_t> first_byte;   // from the sending on
  std::vector<std::int64_t> first_event;  // from the sending on
  std::vector<std::int64_t> first_token;  // of a paced stream, from the sending on
  std::vector<std::int64_t> one_way;      // of the events of a paced stream
  std::map<int, std::uint64_t> statuses;
  std::string first_failure;
  ProcessUsage before;
  ProcessUsage after;
};

// One line of JSON.
std::string to_json(const Options& options, Results results);

}  // namespace claif::bench

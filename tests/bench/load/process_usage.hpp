// CPU time and memory of a process and its descendants, from /proc.
#pragma once

namespace claif::bench {

struct ProcessUsage {
  double run_seconds = 0;   // schedstat: to the nanosecond, but only of threads that still live
  double tick_seconds = 0;  // stat: to the clock tick, with the threads that ended
  long rss_kb = 0;
  long peak_rss_kb = 0;
  int threads = 0;
};

ProcessUsage read_usage(int pid);

// CPU seconds between two readings: the fine count, unless threads ended in between.
double cpu_seconds(const ProcessUsage& before, const ProcessUsage& after);

}  // namespace claif::bench

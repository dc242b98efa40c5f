// Reads a file of a log, or the part that was added since the last look.
#pragma once

#include "log_line.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace claif::store_jsonl {

// Where a file ends.
struct Tail {
  uint64_t size = 0;  // bytes
  uint64_t seq = 0;   // the number of its last record
  int64_t ts_ms = 0;  // of that
  Hash hash;          // of the last line
};

struct Scan {
  struct Found {
    LogRecord line;  // views into the bytes that were scanned
    uint64_t offset = 0;
  };
  Header header;               // when the scan began at the beginning
  std::vector<Found> records;  // the good ones
  Tail tail;                   // after the last good line
  std::string damage;          // what is wrong before the tail; empty: nothing
  bool torn = false;           // one unfinished line follows the tail, and nothing else
  bool headless = false;       // there is not even a header
};

// `bytes` follow `from`. A bad last line is a write that a crash cut short; any other bad line, a
// gap in the sequence and a broken chain are damage.
inline Scan scan(std::string_view bytes, Tail from, std::string_view session) {
  Scan out;
  out.tail = std::move(from);
  const bool resumed = out.tail.size > 0;
  const auto damaged = [&](size_t number, const char* what) {
    if (out.damage.empty()) out.damage = "line " + std::to_string(number) + " " + what;
  };
  out.headless = !resumed;
  size_t number = resumed ? 1 : 0;
  for (size_t at = 0; at < bytes.size();) {
    const size_t begin = at;
    const size_t end = bytes.find('\n', at);
    const bool complete = end != std::string_view::npos;
    const std::string_view line = bytes.substr(at, complete ? end - at : std::string_view::npos);
    at = complete ? end + 1 : bytes.size();
    ++number;
    if (number == 1 && complete) {
      if (auto header = read_header(line, session)) {
        out.header = std::move(*header);
        out.headless = false;
        out.tail.seq = out.header.base > 0 ? out.header.base - 1 : out.header.first;
        out.tail.ts_ms = out.header.ts_ms;
        out.tail.hash = hash_of(line);
        out.tail.size += line.size() + 1;
        if (out.header.epoch.empty()) out.header.epoch = out.tail.hash.substr(0, 16);
        continue;
      }
    }
    const auto record = number == 1 ? std::nullopt : read_record(line);
    if (!record || !complete) {
      if (at == bytes.size()) {
        out.torn = true;
        return out;
      }
      damaged(number, number == 1 ? "is not the header of this session" : "is damaged");
    } else {
      if (record->seq != out.tail.seq + 1) damaged(number, "has the wrong sequence number");
      if (record->prev != out.tail.hash) damaged(number, "does not follow from the line before it");
      out.records.push_back({*record, out.tail.size});
      out.tail.seq = record->seq;
      out.tail.ts_ms = record->ts_ms;
      out.tail.hash = hash_of(record->body);
    }
    out.tail.size += at - begin;
  }
  return out;
}

}  // namespace claif::store_jsonl

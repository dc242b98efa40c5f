// Reads a log, or the part that was added since the last look.
#pragma once

#include "log_line.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace claif::store_jsonl {

// Where a log ends.
struct Tail {
  uint64_t size = 0;  // bytes
  uint64_t seq = 0;   // records
  Hash hash;          // of the last line
};

struct Scan {
  std::vector<std::string_view> records;  // views into the bytes that were scanned
  Tail tail;                              // after the last good line
  std::string damage;                     // what is wrong before the tail; empty: nothing
  bool torn = false;                      // one unfinished line follows the tail, and nothing else
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
  size_t number = resumed ? static_cast<size_t>(out.tail.seq) + 1 : 0;
  for (size_t at = 0; at < bytes.size();) {
    const size_t end = bytes.find('\n', at);
    const bool complete = end != std::string_view::npos;
    const std::string_view line = bytes.substr(at, complete ? end - at : std::string_view::npos);
    at = complete ? end + 1 : bytes.size();
    ++number;
    if (number == 1 && complete && is_header(line, session)) {
      out.tail.hash = hash_of(line);
      out.tail.size += line.size() + 1;
      continue;
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
      out.records.push_back(record->record);
      out.tail.seq = record->seq;
      out.tail.hash = hash_of(record->body);
    }
    out.tail.size += line.size() + 1;
  }
  return out;
}

}  // namespace claif::store_jsonl

// The lines of a session's log. The first of each file:
//   {"claif":"session-log","v":1,"session":"s","ts":1700000000000,"epoch":"<hex>","segment":2,
//    "first":4096,"base":0,"prev":"<hash>"}
// and the others:
//   {"c":"<crc32c of
//   r>","r":{"seq":1,"id":"<id>","ts":1700000000000,"prev":"<hash>","msgs":<record>}}
// The record stands in it byte for byte. `prev` is the first half of the SHA-256 of the r before
// it, and of the header for the first record of a file; a changed or missing line shows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claif::store_jsonl {

using Hash = std::string;  // 32 hex digits

Hash hash_of(std::string_view bytes);
// A version 7 UUID: ordered by time.
std::string uuid(int64_t ts_ms, std::array<uint8_t, 16> random);

struct Header {
  int64_t ts_ms = 0;
  std::string epoch;     // the same in all files of a session; empty in those of the first version
  uint64_t segment = 1;  // the files of a session, in order
  uint64_t first = 0;    // how many records the files before have
  uint64_t base = 0;     // its first record stands for so many, and no file before counts
  Hash prev;             // of the last line of the file before
};

struct LogRecord {
  uint64_t seq = 0;
  int64_t ts_ms = 0;
  std::string_view id, prev;
  std::string_view body;    // the exact bytes of r
  std::string_view record;  // the exact bytes of msgs
};

// With the line feed.
std::string header_line(std::string_view session, const Header& header);
// A line without its line feed; nothing when it is no header of that session.
std::optional<Header> read_header(std::string_view line, std::string_view session);

std::string record_line(uint64_t seq,
                        std::string_view id,
                        int64_t ts_ms,
                        std::string_view prev,
                        std::string_view record);
// A line without its line feed, as views into it. Nothing: the line is damaged.
std::optional<LogRecord> read_record(std::string_view line);

}  // namespace claif::store_jsonl

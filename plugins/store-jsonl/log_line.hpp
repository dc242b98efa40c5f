// One line of a session's log:
//   {"c":"<crc32c of
//   r>","r":{"seq":1,"id":"<uuid>","ts":1700000000000,"prev":"<hash>","msgs":<record>}}
// The record stands in it byte for byte. `prev` is the first half of the SHA-256 of the r before
// it, and of the header line for the first record; a changed or missing line shows.
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

struct LogRecord {
  uint64_t seq = 0;
  std::string_view id, prev;
  std::string_view body;    // the exact bytes of r
  std::string_view record;  // the exact bytes of msgs
};

// With the line feed.
std::string header_line(std::string_view session, int64_t ts_ms);
bool is_header(std::string_view line, std::string_view session);

// With the line feed. The result's r is hash_of's input for the next line.
std::string record_line(uint64_t seq,
                        std::string_view id,
                        int64_t ts_ms,
                        std::string_view prev,
                        std::string_view record);
// A line without its line feed, as views into it. Nothing: the line is damaged.
std::optional<LogRecord> read_record(std::string_view line);

}  // namespace claif::store_jsonl

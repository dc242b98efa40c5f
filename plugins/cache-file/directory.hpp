// A directory of entries: one file each, written whole or not at all.
#pragma once

#include <claif/sdk/text.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claif::cache_file {

// Keys are 64 hex digits, in ab/<all 64>; others name no entry. A file is the time it expires at,
// 8 bytes with the lowest first, then the value. Nothing is synced: a cache may lose, never lie,
// and a rename shows the old file or the new one. [any]
class Directory {
 public:
  // Makes `path`, 0700, if it is missing. Throws sdk::Error when it cannot be used, or when others
  // may write to it.
  explicit Directory(std::string path);

  struct Value {
    int64_t expires_ms;
    std::string bytes;
  };
  // Notes the use, by the file's time, when the last one is more than a minute ago.
  std::optional<Value> read(std::string_view key, int64_t now_ms) const;
  // The bytes that it takes more than before; negative: less.
  int64_t write(std::string_view key, const Value& value) const;
  int64_t remove(std::string_view key) const;  // the same, so never positive

  struct Entry {
    std::string key;
    int64_t used_ns, bytes;
  };
  // All of them; also removes what a crash left behind.
  std::vector<Entry> list() const;

 private:
  std::string path_of(std::string_view key) const;
  std::string path_;
};

bool is_key(std::string_view key);

}  // namespace claif::cache_file

// What is stored in a cache backend: the answer, with enough around it to notice a wrong one.
#pragma once

#include "base/aes_gcm.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claif::cache {

// Larger answers are not kept, and no envelope may claim to hold one.
inline constexpr size_t kMaxMessageBytes = 1 << 20;

struct Sealing {
  bool compress = false;         // messages over 2 KiB, by zstd
  std::optional<AesKey> secret;  // encrypts; opens nothing then that is not encrypted with it
};

struct Entry {
  std::string message;  // the answer's JSON
  int64_t created_ms = 0;
  int64_t expires_ms = 0;  // fresh until then
};

// "claif2 <key> <tenant> <created> <expires> <codec> <size>" with the tenant's SHA-256, the times
// in ms since 1970 and the size of the message; then " <SHA-256 of all that and the message>\n" and
// the message, coded. Nothing when it is too large or cannot be coded.
std::optional<std::string> seal(const Sealing& how,
                                std::string_view key,
                                std::string_view tenant,
                                const Entry& entry);
// Nothing when the envelope is of another key or tenant, damaged, from the future, coded otherwise
// than `how` says, or no envelope. It may have expired.
std::optional<Entry> open(const Sealing& how,
                          std::string_view envelope,
                          std::string_view key,
                          std::string_view tenant,
                          int64_t now_ms);

}  // namespace claif::cache

// What is stored in a cache backend: the answer, with enough around it to notice a wrong one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claif::cache {

// "claif1 <key> <expires, ms since 1970> <sha256 of the message>\n<message JSON>"
std::string seal(std::string_view key, int64_t expires_ms, std::string_view message_json);
// The message, or nothing when the envelope is of another key, expired, damaged, or no envelope.
std::optional<std::string> open(std::string_view envelope, std::string_view key, int64_t now_ms);

}  // namespace claif::cache

// Identifiers: random ones for the wire, numbers for what lives in the process.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace claif {

// `prefix` followed by 24 random letters and digits, e.g. chatcmpl-... or req_...
std::string random_id(std::string_view prefix);

// True for [A-Za-z0-9_-]{1,64}: what may name a session. Never a path.
bool is_session_id(std::string_view text);

// 1, 2, 3, ...: unique in the process. [any]
uint64_t next_number();

// Fills `bytes` from the kernel's generator.
void random_bytes(void* bytes, size_t size);

}  // namespace claif

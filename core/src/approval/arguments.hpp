// What the arguments of a tool call must be before any strategy is asked about them (G3): one
// strict JSON object, so that whoever checks it and whoever runs it read the same. Strategies need
// not look again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace claif::approval {

inline constexpr size_t kMostArgumentBytes = 1024 * 1024;
inline constexpr unsigned kArgumentDepth = 32;

// Why `json` cannot be the arguments of a call: it is too long, not UTF-8, no JSON object, has
// something after it, a key twice in one object, a zero byte or half a character in a text, or
// nests too deep; or it breaks `schema` (see schema_check.hpp; empty: there is none). Empty when it
// can.
std::string argument_defect(std::string_view json, std::string_view schema);

}  // namespace claif::approval

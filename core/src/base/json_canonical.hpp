// The canonical form of JSON: RFC 8785 (JSON Canonicalization Scheme), so that texts that differ in
// white space, order of members or spelling only are one text.
#pragma once

#include <string>
#include <string_view>

namespace claif::json {

// Appends the canonical form of the JSON value that `text` is to `out`. One departure: an integer
// beyond 2^53 stays as it is written, since the RFC would make different ones equal. False, with a
// part of it appended, when `text` has a key twice in an object, a number beyond double, half a
// surrogate pair, or more than limits::kJsonDepth levels, or is found not to be JSON.
bool append_canonical(std::string& out, std::string_view text);

}  // namespace claif::json

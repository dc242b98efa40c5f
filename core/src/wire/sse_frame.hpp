// One event of Anthropic's streams on the wire.
#pragma once

#include <string>
#include <string_view>

namespace claif::wire {

// Appends "event: <type>", "data: <json>" and an empty line; a data line for each line of `json`.
// Without the first when there is no type, or one that would not be a line: Claude Code needs it
// wherever it can be had.
void append_sse(std::string& out, std::string_view type, std::string_view json);

}  // namespace claif::wire

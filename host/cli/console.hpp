// Standard output for answers: whole, unbuffered, and harmless to a terminal.
#pragma once

#include <string>
#include <string_view>

namespace claif::cli {

// Text of a model may hold escape sequences that a terminal would obey; on a terminal they are
// shown instead. Line breaks and tabs pass. In a pipe the text passes as it is.
std::string printable(std::string_view text, bool terminal);

bool stdout_is_terminal();

// Writes all of `text`; false when standard output is closed.
bool write_stdout(std::string_view text);

}  // namespace claif::cli

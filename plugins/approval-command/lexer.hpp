// A shell command as the words of simple commands. It knows the part of the POSIX shell grammar in
// which every shell agrees on the words, and refuses everything else (G9).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace approval_command {

using Argv = std::vector<std::string>;

// The simple commands between && || ; and |, each with at least one word, quotes removed. Throws
// claif::sdk::Error for anything else: expansions, substitutions, redirections, globs, braces,
// groups, background, comments, assignments, reserved words, characters that are not plain text,
// more than 50 commands or 128 KiB.
std::vector<Argv> split_command(std::string_view command);

}  // namespace approval_command

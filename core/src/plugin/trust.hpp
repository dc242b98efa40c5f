// Which plugin files may be loaded: only what nobody but the operator can have written
// (reliability.md 6.1).
#pragma once

#include <claif/result.hpp>

#include <filesystem>

namespace claif::plugin {

// The directory and all its parents belong to root or to us, and nobody else can write them (a
// sticky parent such as /tmp is fine), no part of the path is a symbolic link.
Result<void> check_directory(const std::filesystem::path& directory);
// A regular file with one link, under the same rules. Its directory is checked by check_directory.
Result<void> check_file(const std::filesystem::path& file);

}  // namespace claif::plugin

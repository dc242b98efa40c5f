// An answer whose blocks were exchanged, as JSON: everything else stays as the upstream wrote it.
#pragma once

#include "wire/message.hpp"

#include <string>

namespace claif::wire {

// `original`, from which `message` was parsed, with the blocks that are not of it (those without
// json) written in the place of the old ones, and with the stop reason of `message`.
std::string amend(const std::string& original, const Message& message);

}  // namespace claif::wire

// The Markdown code fence that models like to put around JSON (F2).
#pragma once

#include <string_view>

namespace claif::wire {

// What is inside when one fence encloses all of `text`; else `text`.
std::string_view without_fence(std::string_view text);

}  // namespace claif::wire

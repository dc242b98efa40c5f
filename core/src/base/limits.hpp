// Numbers that bound what others can make us do. Those of the gateway are configurable; these are
// not.
#pragma once

#include <cstddef>

namespace claif::limits {

inline constexpr unsigned kJsonDepth = 64;  // nesting of any JSON we read
inline constexpr size_t kEventQueueBytes =
    256 * 1024;  // unread answer bytes before the upstream pauses
inline constexpr size_t kHeldToolBytes =
    4 * 1024 * 1024;                            // tool-call events held for approval, per message
inline constexpr size_t kObserverQueue = 4096;  // events waiting for slow observers
inline constexpr size_t kMessages = 100'000;    // messages in one request

}  // namespace claif::limits

// An approval plugin that behaves as a case says, mostly badly: what claif makes of it is under
// test. It is linked into the program, and only cases can name it.
#pragma once

#include "plugin/module.hpp"

#include <span>

namespace claif::cases {

// Configuration: {"behaviour": "allow" | "deny" | "ask" | "abstain" | "throw" | "oom" | "timeout" |
// "late_allow" | "crash" | "unloaded" | "bad_enum" | "wrong_digest"}. With any other it cannot be
// created, as a plugin of another ABI.
inline constexpr const char* kTestPlugin = "case-plugin";

std::span<const plugin::StaticPlugin> test_plugins();

}  // namespace claif::cases

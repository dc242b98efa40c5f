// The plugins that were linked into this build (CLAIF_STATIC_PLUGINS). The table is written by
// CMake.
#pragma once

#include "plugin/module.hpp"

#include <span>

namespace claif::plugin {

std::span<const StaticPlugin> static_plugins();

}  // namespace claif::plugin

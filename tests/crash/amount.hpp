// How much a crash test does: little in `./dev test`, all with `./dev test --full`.
#pragma once

#include <cstdlib>

namespace claif::test {

inline int amount(int quick, int full) {
  return std::getenv("CLAIF_CRASH_FULL") != nullptr ? full : quick;
}

}  // namespace claif::test

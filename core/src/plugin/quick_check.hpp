// A checking host: measures whether a plugin keeps the promise of [quick] while it runs on an event
// loop. On with `check_plugins`; meant for those who write plugins (abi.md, lesson 13).
#pragma once

#include "plugin/instance.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace claif::plugin {

// Around one call into a plugin on a loop's thread. When the call blocked (the kernel switched the
// thread away because it waited) or used over ten times the 100 us of [quick], the host logs the
// plugin and the function, once for each pair. Costs a load when checking is off.
class QuickCheck {
 public:
  QuickCheck(Instance& instance, std::string_view what) {
    if (instance.checked()) begin(instance, what);
  }
  ~QuickCheck() {
    if (began_) end();
  }
  QuickCheck(const QuickCheck&) = delete;
  QuickCheck& operator=(const QuickCheck&) = delete;

 private:
  struct Began {
    Instance& instance;
    std::string_view what;
    int64_t cpu_ns;
    long waits;
  };
  void begin(Instance& instance, std::string_view what);
  void end();
  std::optional<Began> began_;
};

}  // namespace claif::plugin

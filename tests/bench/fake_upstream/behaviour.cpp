#include "fake_upstream/behaviour.hpp"

#include <charconv>

namespace claif::bench {

Behaviour parse_behaviour(std::string_view model) {
  Behaviour behaviour;
  for (std::size_t dash = model.find('-'); dash != std::string_view::npos;
       dash = model.find('-', dash + 1)) {
    if (dash + 2 >= model.size()) break;
    int value = 0;
    const char* end = model.data() + model.size();
    if (std::from_chars(model.data() + dash + 2, end, value).ec != std::errc{} || value < 0)
      continue;
    switch (model[dash + 1]) {
      case 'l':
        behaviour.latency_ms = value;
        break;
      case 's':
        behaviour.text_bytes = value;
        break;
      case 'e':
        behaviour.events = value;
        break;
      case 'd':
        behaviour.delay_us = value;
        break;
      case 'w':
        behaviour.delta_bytes = value;
        break;
      case 'x':
        behaviour.status = value;
        break;
      default:
        break;
    }
  }
  return behaviour;
}

}  // namespace claif::bench

// Whatever a cache backend returns: what opens is what was sealed.
#include "cache/envelope.hpp"
#include "fuzz/input.hpp"

using namespace claif;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input = fuzz::text(data, size);
  const std::string key(64, 'a');
  const auto opened = cache::open(input, key, 0);
  if (opened) fuzz::require(input.ends_with(*opened));
  fuzz::require(cache::open(cache::seal(key, 1, input), key, 0) == input);
  return 0;
}

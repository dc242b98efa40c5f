// A plugin file is looked at before it is loaded: any bytes are facts or a refusal.
#include "fuzz/input.hpp"
#include "plugin/elf.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto facts = claif::plugin::inspect_elf(claif::fuzz::text(data, size));
  if (!facts) claif::fuzz::require(!facts.error().message.empty());
  return 0;
}

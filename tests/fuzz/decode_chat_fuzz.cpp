// Any body becomes a Messages request that is JSON, or an error with a status of the 400s.
#include "fuzz/decoded.hpp"

using namespace claif;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto decoded = wire::decode_chat(std::string(fuzz::text(data, size)), {});
  if (!decoded)
    fuzz::require_refusal(decoded.error());
  else
    fuzz::require_request(decoded->messages);
  return 0;
}

// A configuration that satisfies the schema can be decoded.
#include "base/json.hpp"
#include "base/schema.hpp"
#include "config/config.hpp"
#include "config/decode.hpp"
#include "fuzz/input.hpp"

using namespace claif;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input = fuzz::text(data, size);
  const auto checked = check_schema(config_schema(), input, "configuration");
  if (!checked) {
    fuzz::require(!checked.error().message.empty());
    return 0;
  }
  const auto doc = json::parse(std::string(input));
  fuzz::require(doc.has_value());
  config::decode(doc->root());
  return 0;
}

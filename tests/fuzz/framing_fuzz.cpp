// HTTP heads and chunked bodies; a body says the same whole and in single bytes.
#include "fuzz/input.hpp"
#include "gateway/framing.hpp"

#include <algorithm>
#include <string>

using namespace claif;
using fuzz::require;

namespace {

struct Decoded {
  std::string out;
  bool done, refused;
};

Decoded decode(std::string_view input, size_t step) {
  gateway::ChunkDecoder decoder;
  Decoded d{};
  while (!input.empty() && !decoder.done() && !decoder.refusal()) {
    const std::string_view piece = input.substr(0, step);
    const size_t used = decoder.feed(piece, d.out, 4096);
    require(used <= piece.size());
    if (used == 0 && !decoder.done() && !decoder.refusal()) break;
    input.remove_prefix(used);
  }
  d.done = decoder.done();
  d.refused = decoder.refusal().has_value();
  require(d.out.size() <= 4096);
  return d;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input = fuzz::text(data, size);
  gateway::Framing framing;
  const auto refusal = gateway::check_head(input, {}, framing);
  if (refusal) require(refusal->status >= 400 && !refusal->reason.empty());
  if (!refusal) require(!(framing.chunked && framing.length));
  const Decoded whole = decode(input, std::max<size_t>(input.size(), 1)), bytes = decode(input, 1);
  require(whole.done == bytes.done && whole.refused == bytes.refused);
  if (whole.done) require(whole.out == bytes.out);
  return 0;
}

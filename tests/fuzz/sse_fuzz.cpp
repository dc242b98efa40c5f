// A body of server-sent events has the same events whole, in two pieces and in single bytes.
#include "fuzz/input.hpp"
#include "sse.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace claif;
using fuzz::require;

namespace {

constexpr size_t kLimit = 4096;

struct Read {
  std::vector<std::pair<std::string, std::string>> events;
  bool fits = true;
};

// Cut at `cut`, and from there every `step` bytes.
Read read(std::string_view body, size_t cut, size_t step) {
  Read out;
  transport_anthropic::SseParser parser(kLimit);
  const auto sink = [&](std::string_view type, std::string_view data) {
    require(!data.empty());
    out.events.emplace_back(type, data);
  };
  out.fits = parser.feed(body.substr(0, cut), sink);
  for (size_t at = cut; out.fits && at < body.size(); at += step)
    out.fits = parser.feed(body.substr(at, step), sink);
  if (out.fits) parser.finish(sink);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view body = fuzz::text(data + 1, size - 1);
  const Read whole = read(body, body.size(), 1);
  for (const Read& pieces : {read(body, 0, 1), read(body, data[0] % (body.size() + 1), size),
                             read(body, 0, size_t{data[0]} + 1)}) {
    // Only what is kept between pieces counts against the limit.
    if (!whole.fits || !pieces.fits) continue;
    require(pieces.events == whole.events);
  }
  if (body.size() < kLimit) require(whole.fits);
  return 0;
}

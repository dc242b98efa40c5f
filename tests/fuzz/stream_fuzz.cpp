// Events of every kind in the order that the input says: the client gets a legal stream, and a
// complete one says the same as the message that the events add up to.
#include "fuzz/input.hpp"
#include "support/chunk_grammar.hpp"
#include "support/event_pool.hpp"
#include "support/stream_sums.hpp"

using namespace claif;
using fuzz::require;
using fuzz::require_none;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const test::EventPool pool;
  if (size == 0) return 0;
  const unsigned options = data[0];
  const wire::ChatEncoding encoding{(options & 1) != 0, (options & 2) != 0, (options & 4) != 0,
                                    (options & 8) != 0, false};
  test::PlayedStream stream(encoding);
  pool.play(pool.order(fuzz::text(data + 1, size - 1)), stream);
  require(stream.sse().empty() == stream.http_error().has_value());
  require_none(test::violation(stream.sse(), {.include_usage = encoding.include_usage}));
  if (!stream.complete()) return 0;
  require_none(test::sum_difference(stream, encoding));
  require_none(test::replay_difference(stream.assembler().to_json()));
  return 0;
}

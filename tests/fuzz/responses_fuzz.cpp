// Events of every kind in the order that the input says, for a client of the Responses API: it gets
// a legal stream, and a complete one ends with the object of the message that the events add up to.
#include "fuzz/input.hpp"
#include "support/event_pool.hpp"
#include "support/response_grammar.hpp"

using namespace claif;
using fuzz::require;
using fuzz::require_none;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const test::EventPool pool;
  if (size == 0) return 0;
  wire::ResponsesEcho echo;
  echo.include_encrypted_content = (data[0] & 1) != 0;
  echo.include_reasoning = (data[0] & 2) != 0;
  test::PlayedResponse played(echo);
  test::PlayedStream message({});
  const test::EventPool::Order order = pool.order(fuzz::text(data + 1, size - 1));
  for (const size_t at : order)
    played.json(pool.json(at));
  played.end();
  pool.play(order, message);

  require(played.sse().empty() == played.http_error().has_value());
  require_none(test::response_violation(played.sse()));
  const bool complete = !played.encoder().object_to_keep().empty();
  require(complete == message.complete());
  if (complete) require_none(test::response_sum_difference(played, echo));
  return 0;
}

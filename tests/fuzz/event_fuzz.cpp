// Any sequence of events, one a line, goes through parser, order, gate, encoder and assembler; what
// comes out is a legal stream that says the same as the message.
#include "approval/stream_gate.hpp"
#include "fuzz/input.hpp"
#include "fuzz/json_input.hpp"
#include "support/chunk_grammar.hpp"
#include "support/stream_sums.hpp"

using namespace claif;
using fuzz::require;
using fuzz::require_none;

namespace {

// Calls `each` with the lines of the input.
template <class Each>
void each_line(std::string_view rest, Each each) {
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    each(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
}

// What the gate lets through, and what it held back once that is decided, is a legal stream; a
// denied call is not in it.
void check_gate(std::string_view input, approval::GateMode mode, bool allowed) {
  wire::EventParser parser;
  wire::StreamOrder order;
  approval::StreamGate gate(mode);
  test::PlayedStream passed({});
  bool over = false, stopped = false;
  each_line(input, [&](std::string_view line) {
    const auto event = parser.parse(line);
    const auto admitted = event && !over ? order.admit(*event) : Result<bool>(false);
    const auto held = admitted && *admitted ? gate.hold(*event) : Result<bool>(true);
    over = over || !event || !admitted || !held;
    if (!over && !*held) passed.event(*event);
    stopped = stopped || (!over && std::holds_alternative<wire::MessageStop>(event->body));
  });
  if (stopped && gate.holds_calls()) {
    const std::vector<approval::Ruling> rulings(gate.calls().size(), {allowed, "no", -1});
    for (const auto& released : gate.release(rulings)) {
      require(parser.parse(released.json).has_value());
      passed.json(released.json);
    }
    passed.json(R"({"type":"message_stop"})");
  }
  passed.end();
  require_none(test::violation(passed.sse(), {}));
  const auto pieces = test::reassemble(test::read_frames(passed.sse()));
  require(allowed || (pieces.calls.empty() && pieces.finish_reason != "tool_calls"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input = fuzz::text(data, size);
  const wire::ChatEncoding encoding{.include_usage = size % 2 == 0};
  test::PlayedStream stream(encoding);
  bool clear = true;
  each_line(input, [&](std::string_view line) {
    clear = clear && !fuzz::has_repeated_key(line);
    stream.json(line);
  });
  stream.end();
  require(stream.sse().empty() == stream.http_error().has_value());
  if (const auto& error = stream.http_error()) require(wire::http_status(*error) >= 400);
  require_none(test::violation(stream.sse(), {.include_usage = encoding.include_usage}));
  for (const auto mode : {approval::GateMode::by_block, approval::GateMode::in_order})
    for (const bool allowed : {true, false})
      check_gate(input, mode, allowed);
  if (!stream.complete() || !clear) return 0;
  require_none(test::sum_difference(stream, encoding));
  require_none(test::replay_difference(stream.assembler().to_json()));
  return 0;
}

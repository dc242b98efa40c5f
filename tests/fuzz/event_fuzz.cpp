// Any sequence of events, one a line, goes through parser, gate, encoder and assembler; what comes
// out is JSON.
#include "approval/stream_gate.hpp"
#include "base/json.hpp"
#include "fuzz/input.hpp"
#include "wire/assemble.hpp"
#include "wire/chat_response.hpp"
#include "wire/openai_error.hpp"
#include "wire/stream_order.hpp"

using namespace claif;
using fuzz::require;

namespace {

void check_frames(std::string_view sse) {
  while (!sse.empty()) {
    const size_t end = sse.find("\n\n");
    require(end != std::string_view::npos && sse.starts_with("data: "));
    const std::string_view data = sse.substr(6, end - 6);
    if (json::is_utf8(data))
      require(data == "[DONE]" || json::parse(std::string(data)).has_value());
    sse.remove_prefix(end + 2);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest = fuzz::text(data, size);
  const bool utf8 = json::is_utf8(rest);
  wire::EventParser parser;
  wire::StreamOrder order;
  wire::MessageAssembler assembler;
  wire::ChatStreamEncoder encoder("id", 1, size % 2 == 0);
  approval::StreamGate gate;
  std::string sse;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    const auto event = parser.parse(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (!event) continue;
    if (const auto* error = std::get_if<wire::StreamError>(&event->body))
      require(wire::http_status(wire::from_stream_error(*error)) >= 400);
    const auto admitted = order.admit(*event);
    if (!admitted || !*admitted) continue;
    assembler.add(*event);
    if (!gate.hold(*event)) return 0;
    encoder.encode(*event, sse);
  }
  encoder.end(sse);
  check_frames(sse);
  if (utf8) require(wire::Message::parse(assembler.to_json()).has_value());
  const std::vector<approval::Ruling> rulings(gate.calls().size(), {false, "no", -1});
  for (const auto& released : gate.release(rulings))
    require(!released.json.empty());
  return 0;
}

// Cases whose call comes in a stream: held back, decided and released as in the pipeline.
#include "approval/stream_gate.hpp"
#include "approval_cases/case.hpp"
#include "approval_cases/runner.hpp"
#include "wire/block.hpp"
#include "wire/stream_order.hpp"

#include <algorithm>

namespace claif::cases {
namespace {

bool is_of_a_call(const wire::Event& event) {
  bool starts_with_call = false;
  if (const auto* message = std::get_if<wire::MessageStart>(&event.body))
    wire::each_block(*message, [&](const wire::BlockStart& block) {
      starts_with_call |= block.kind == wire::BlockKind::tool_use;
    });
  const auto* start = std::get_if<wire::BlockStart>(&event.body);
  return starts_with_call || std::holds_alternative<wire::JsonDelta>(event.body) ||
         (start != nullptr && start->kind == wire::BlockKind::tool_use);
}

// A stream up to its end or its fault.
class Stream {
 public:
  void take(const std::string& json) {
    if (broken || ended) return;
    const auto event = parser_.parse(json);
    if (!event) return fall_over(event.error().message);
    const auto admitted = order_.admit(*event);
    if (!admitted) return fall_over(admitted.error().message);
    if (!*admitted) {
      disorder |= approval::belongs_to_a_call(*event);
      return;
    }
    const auto held = gate.hold(*event);
    if (!held) return fall_over(held.error().message);
    ended = std::holds_alternative<wire::MessageStop>(event->body);
    if (!*held && is_of_a_call(*event)) leaked += event->json.size();
  }

  approval::StreamGate gate;
  bool disorder = false, broken = false, ended = false;
  std::string fault;
  size_t leaked = 0;  // bytes of calls that were passed on undecided

 private:
  void fall_over(const std::string& why) {
    broken = true;
    fault = why;
  }

  wire::EventParser parser_;
  wire::StreamOrder order_;
};

}  // namespace

void Runner::decide_stream(Case& c, Outcome& out) {
  Stream stream;
  for (const std::string& event : c.events())
    stream.take(event);
  out.got = "deny";
  if (stream.broken || !stream.ended) {
    out.reason = stream.broken ? stream.fault : "the stream did not end";
  } else if (!stream.gate.holds_calls()) {
    out.reason = "there is no call";
  } else {
    const auto& calls = stream.gate.calls();
    std::vector<wire::OfferedTool> offered = c.offered();
    if (!c.declares_tools())
      for (const approval::Call& call : calls)
        offered.push_back({call.name});
    const auto rulings =
        rule(*c.policy, c.session(), calls, offered, stream.disorder || !stream.gate.is_complete());
    const std::string wanted = c.text("decide");
    const auto at = std::find_if(calls.begin(), calls.end(), [&](const approval::Call& call) {
      return wanted.empty() || call.id == wanted;
    });
    if (at != calls.end()) {
      const auto& ruling = rulings[static_cast<size_t>(at - calls.begin())];
      out.got = ruling.allowed ? "allow" : "deny";
      out.reason = ruling.reason;
    }
  }
  const int64_t most = json::integer_or(c.root(), "forwarded_tool_bytes", 0);
  if (static_cast<int64_t>(stream.leaked) > most)
    out.fault = std::to_string(stream.leaked) + " bytes of the call were passed on undecided";
}

}  // namespace claif::cases

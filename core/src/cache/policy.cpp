#include "cache/policy.hpp"

#include "base/json.hpp"
#include "base/json_scan.hpp"

#include <charconv>

namespace claif::cache {

bool wants(const Policy& policy, std::string_view route, const Wish& wish) {
  if (wish.mode != Mode::by_configuration) return wish.mode == Mode::on;
  const auto found = policy.routes.find(route);
  return found != policy.routes.end() ? found->second : policy.on;
}

std::string_view obstacle(const Policy& policy, std::string_view body) {
  if (policy.sampled) return {};
  for (json::Members member(body); member.next();) {
    if (!member.is("temperature")) continue;
    const std::string_view text = member.value().of(body);
    double temperature = 1;
    std::from_chars(text.data(), text.data() + text.size(), temperature);
    if (temperature > 0) return "it asks for a temperature above 0";
  }
  return {};
}

bool keeps(const Policy& policy, const wire::Message& message) {
  bool calls = false;
  for (const wire::Block& block : message.blocks)
    calls |= block.kind == wire::BlockKind::tool_use;
  if (calls) return policy.tool_calls && message.stop_reason == "tool_use";
  return message.stop_reason == "end_turn" || message.stop_reason == "stop_sequence";
}

Millis spread(Millis ttl, double random) {
  const auto tenth = static_cast<double>(ttl.count()) / 10;
  return ttl + Millis(static_cast<int64_t>(tenth * (2 * random - 1)));
}

}  // namespace claif::cache

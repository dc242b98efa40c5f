// What is cached, for whom and for how long (reliability.md section 3).
#pragma once

#include "base/clock.hpp"
#include "cache/envelope.hpp"
#include "wire/message.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace claif::cache {

enum class Mode { by_configuration, off, on };
// Who may get an answer that somebody asked for.
enum class Scope {
  tenant,   // whoever has the same tenant
  session,  // the same session of the same tenant
  shared,   // everybody: only where the configuration allows it
};

// What one request asks of the cache.
struct Wish {
  Mode mode = Mode::by_configuration;
  std::optional<Millis> ttl{};
  Scope scope = Scope::tenant;
};

struct Policy {
  bool on = false;                                  // for requests that do not say
  std::map<std::string, bool, std::less<>> routes;  // in place of `on`, by route, e.g. "messages"
  Millis ttl{3'600'000};
  bool tool_calls = false;   // answers with tool calls too; they are approved again each time
  bool sampled = false;      // requests that ask for a temperature above 0, too
  bool shared = false;       // a request may ask for Scope::shared
  Millis stale_if_error{0};  // how long after its end an entry may stand in for an upstream error
  Sealing sealing{};
};

inline constexpr Millis kMaxTtl{30LL * 24 * 3'600'000};

// Whether the cache is asked for a request of `route`.
bool wants(const Policy& policy, std::string_view route, const Wish& wish);
// Why the answer to `body`, a Messages request, must not come from the cache; empty when it may.
std::string_view obstacle(const Policy& policy, std::string_view body);
// Whether the answer may be kept: a complete one, without side effects.
bool keeps(const Policy& policy, const wire::Message& message);
// The time to live, spread by a tenth either way, so that entries that were made together do not
// end together. `random` is in [0, 1).
Millis spread(Millis ttl, double random);

}  // namespace claif::cache

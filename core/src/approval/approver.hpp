// Decides tool calls: normalises, asks the strategy, binds the answer to the exact bytes. Default
// deny.
#pragma once

#include "plugin/approval_proxy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace claif::approval {

// One call as it came from the model.
struct Call {
  std::string id, name, input;  // input: JSON
};

struct Ruling {
  bool allowed = false;
  std::string reason;
  int risk = -1;
};

// One for each loop.
class Approver {
 public:
  Approver(plugin::CallSite site, Millis deadline) : site_(site), deadline_(deadline) {}

  // Rules on every call of one message, together. `declared` are the tools that the request
  // offered: a call of any other is denied, as is a second call with an id that was seen already,
  // and one whose input is no JSON object. ask is denied: nobody is there to be asked.
  Task<std::vector<Ruling>> rule(std::string session,
                                 const std::vector<Call>& calls,
                                 const std::vector<std::string>& declared);

 private:
  plugin::CallSite site_;
  Millis deadline_;
};

// What a client reads in the place of a call that was denied.
std::string refusal_text(std::string_view tool, std::string_view reason);

}  // namespace claif::approval

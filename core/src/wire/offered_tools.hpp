// The tools that a request offers, with what approval needs to know of them.
#pragma once

#include "wire/chat_request.hpp"

#include <string>
#include <vector>

namespace claif::wire {

struct OfferedTool {
  std::string name;
  std::string input_schema = {};  // JSON Schema, as it was sent; empty: none was declared
  bool changed = false;           // it is not what it was when somebody pinned it (G2)
};

// Those of `request`. Parses its body without its messages: for requests whose answer has calls.
std::vector<OfferedTool> offered_tools(const MessagesRequest& request);

}  // namespace claif::wire

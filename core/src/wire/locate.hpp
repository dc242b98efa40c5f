// Where things are in a Messages request that somebody else wrote. Its text is never rewritten.
#pragma once

#include "base/json_scan.hpp"
#include "wire/chat_request.hpp"

#include <claif/result.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace claif::wire {

struct Layout {
  json::Span model;     // the string literal
  json::Span messages;  // the elements of the list, at least one
  std::string model_name;
  bool stream = false;
  int64_t max_tokens = 0;          // 0 too for a number that is no integer that claif can hold
  std::vector<std::string> tools;  // their names
};

// invalid_request, with param and a message that begins with it, for what is no Messages request or
// names one of these members twice: the upstream could act on the other one.
Result<Layout> locate(const std::string& body);

// Replaces the body of `request` by what a hook made of it. internal when it is no Messages
// request; whether it streams must stay as it was.
Result<void> adopt_body(MessagesRequest& request, std::string body);

// `body`, a Messages request, with "stream": true.
std::string with_stream(const std::string& body);

}  // namespace claif::wire

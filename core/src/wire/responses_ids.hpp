// Names of responses and of what is in them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace claif::wire {

// "resp_" and 32 random hexadecimal digits: also the name of its record in a session store.
std::string new_response_id();

// True for what new_response_id makes.
bool is_response_id(std::string_view text);

// Names the items of one response. Names follow from the response's own and from the position of
// the item, so that a stream, the whole object and the store agree without sharing anything.
class ResponseIds {
 public:
  explicit ResponseIds(std::string_view response_id);
  // e.g. ("msg", 2) -> msg_<digits of the response>_2
  std::string output(std::string_view prefix, size_t index) const;
  // e.g. ("msg", 2) -> msg_<digits of the response>_in2
  std::string input(std::string_view prefix, size_t index) const;

 private:
  std::string base_;
};

}  // namespace claif::wire

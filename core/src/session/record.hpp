// One turn of a conversation as a record of the session store.
#pragma once

#include <claif/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace claif::session {

// `messages_json`: the elements that the request added. `answer_json`: Claude's message.
Result<std::string> encode_turn(std::string_view messages_json,
                                std::string_view answer_json,
                                int64_t wall_ms);

// The elements of "messages" of all records, joined by commas: what goes before a new request's
// messages.
Result<std::string> history(const std::vector<std::string>& records);

}  // namespace claif::session

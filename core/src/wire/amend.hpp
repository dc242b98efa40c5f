// Answers of the upstream with some of their blocks exchanged: everything else stays as it was
// written.
#pragma once

#include "wire/message.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace claif::wire {

// `message`, a JSON object with a list "content", with a text block in the place of each of its
// blocks that `texts` names by its position.
std::string with_texts(std::string_view message, const std::map<size_t, std::string>& texts);

// `original`, from which `message` was parsed, with the blocks that are not of it (those without
// json) in the place of the old ones, and with the stop reason of `message`.
std::string amend(std::string_view original, const Message& message);

// `message` with ids of its own for itself and its tool calls: for an answer that is given again.
// Calls that Claude's servers made keep theirs, which their results refer to.
std::string with_fresh_ids(std::string_view message);

// A message_start event with texts in the place of blocks, as with_texts.
std::string start_with_texts(std::string_view event, const std::map<size_t, std::string>& texts);

// A message_delta event with the stop reason end_turn in the place of tool_use; other stop reasons
// stay.
std::string without_tool_use(std::string_view event);

}  // namespace claif::wire

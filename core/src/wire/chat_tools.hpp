// tools, functions, tool_choice and web_search_options of a chat completions request
// (translation.md 2.1, 2.6, 2.7).
#pragma once

#include "wire/chat_draft.hpp"
#include "wire/tools.hpp"

namespace claif::wire {

// Reads all of it into `tools`. True when the legacy functions are in force, so that the answer
// takes their form.
Result<bool> read_tools(ChatDraft& draft, ToolSet& tools);

}  // namespace claif::wire

// What the parts of decode_responses share.
#pragma once

#include "base/json.hpp"
#include "wire/conversation.hpp"
#include "wire/draft.hpp"
#include "wire/responses_object.hpp"
#include "wire/tools.hpp"

#include <deque>
#include <string>
#include <string_view>

namespace claif::wire {

struct ResponsesDraft : Draft {
  const json::Value* root = nullptr;  // of the request
  std::deque<json::Document> kept;    // what Parts point into besides the request
  // Null and absent are the same.
  const json::Value* get(std::string_view name) const { return json::find(*root, name); }
};

// The items of the conversation before, and `input` (Q1-Q3, responses_items.cpp).
Result<void> read_input(ResponsesDraft& draft,
                        const std::string& history,
                        Conversation& conversation);
// tools and tool_choice (Q5, responses_tools.cpp).
Result<void> read_tools(ResponsesDraft& draft, ToolSet& tools);
// Fills in what a response repeats, from a request that has been checked (5.2, responses_echo.cpp).
void repeat_request(const ResponsesDraft& draft, ResponsesEcho& echo);
// `input` as a list of items with ids, as the API lists them (responses_echo.cpp).
std::string listed_input(const ResponsesDraft& draft, std::string_view response_id);

}  // namespace claif::wire

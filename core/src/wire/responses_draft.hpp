// What the parts of decode_responses share.
#pragma once

#include "base/json.hpp"
#include "wire/conversation.hpp"
#include "wire/draft.hpp"
#include "wire/responses_object.hpp"
#include "wire/responses_request.hpp"
#include "wire/tools.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

struct ResponsesDraft : Draft {
  const json::Value* root = nullptr;  // of the request
  std::string head;                   // see PastTurn
  std::deque<json::Document> kept;    // what Parts point into besides the request
  // Null and absent are the same.
  const json::Value* get(std::string_view name) const { return json::find(*root, name); }
};

// Warns of members that nobody knows; refuses or warns of those that cannot be honoured (Q6,
// responses_params.cpp).
void warn_of_unknown(ResponsesDraft& draft);
Result<void> check_ignored(ResponsesDraft& draft);
// The items of the conversation before, and `input` (Q1-Q3, responses_items.cpp).
Result<void> read_input(ResponsesDraft& draft,
                        const std::vector<PastTurn>& history,
                        Conversation& conversation);
// tools and tool_choice (Q5, responses_tools.cpp).
Result<void> read_tools(ResponsesDraft& draft, ToolSet& tools);
// Fills in what a response repeats, from a request that has been checked (5.2, responses_echo.cpp).
void repeat_request(const ResponsesDraft& draft, ResponsesEcho& echo);
// The head of the request (PastTurn, responses_echo.cpp).
std::string head_of(const ResponsesDraft& draft);
// `input` as a list of items with ids, as the API lists them (responses_echo.cpp).
std::string listed_input(const ResponsesDraft& draft, std::string_view response_id);

}  // namespace claif::wire

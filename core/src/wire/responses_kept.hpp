// What a client sees of responses that were kept, when it asks for them again (translation.md Q7).
#pragma once

#include <claif/result.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace claif::wire {

// The object that was kept, as the client gets it: encrypted_content only if `encrypted`, and
// whether it is `stored`.
Result<std::string> show_response(std::string object, bool encrypted, bool stored);

// The query of GET /v1/responses/{id}/input_items; absent: not given.
struct ItemsQuery {
  std::optional<std::string> limit;  // 1 to 100, 20 by default
  std::optional<std::string> order;  // desc, the newest first, by default; or asc
  std::optional<std::string> after;  // an item's id: begin behind it
  bool encrypted = false;            // show encrypted_content
};
// One page. `items`: JSON objects in the order in which they came, with commas between.
Result<std::string> list_input_items(const std::string& items, const ItemsQuery& query);

// 404 for a response that is not there. `hint`: what could help, or empty.
Error response_not_found(std::string_view id, std::string_view hint);
// An error of the pipeline, whose `param` is named as in chat completions, in terms of the
// Responses API.
Error in_responses_terms(Error error);

}  // namespace claif::wire

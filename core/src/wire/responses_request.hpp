// OpenAI Responses request -> Anthropic Messages request (translation.md 5.1).
#pragma once

#include "base/json.hpp"
#include "wire/chat_request.hpp"
#include "wire/responses_object.hpp"

#include <claif/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

struct ResponsesRequest {
  MessagesRequest messages;
  std::vector<std::string> warnings;  // sorted, unique: W1
  ResponsesEcho echo;
  std::string previous;     // previous_response_id, or empty
  std::string head;         // see PastTurn
  std::string input_items;  // JSON list, each with its id: what a store keeps; only with echo.store
};

// A request and its response in the conversation before. Claude's signed thinking is only good
// under what it was thought under (translation.md G5): it goes back when the head, a digest of
// model, instructions and tools, is that of the new request.
struct PastTurn {
  std::string head;
  std::string items;  // JSON objects with commas between
};

struct ResponsesOptions {
  ModelAliases aliases;
  bool strict = false;  // W2: the first warning is an error
  std::string_view id;  // of the response to be
  bool keeps = false;   // there is a local store (Q7)
  // The conversation before, the oldest first; nothing when previous_response_id names none.
  std::optional<std::vector<PastTurn>> history;
  std::shared_ptr<const ModelTable> models{};  // null: the built-in table
};

// `request` is the client's JSON (parse_request). The error carries OpenAI's param and reason.
Result<ResponsesRequest> decode_responses(const json::Document& request,
                                          const ResponsesOptions& options);

// previous_response_id of a request, if it has one: what options.history is to be loaded for.
Result<std::optional<std::string>> previous_response_id(const json::Document& request);
// 400 previous_response_not_found. `hint`: what could help, or empty.
Error previous_response_not_found(std::string_view id, std::string_view hint);

}  // namespace claif::wire

// The body of a Messages request: how both of OpenAI's APIs begin and end it, and how it is changed
// afterwards.
#pragma once

#include "wire/chat_request.hpp"
#include "wire/conversation.hpp"
#include "wire/response_format.hpp"
#include "wire/thinking.hpp"

#include <claif/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

// The client's JSON, which must be an object; errors have reason invalid_json.
Result<json::Document> parse_request(std::string body);

// P12: Claude takes four cache_control markers; the earliest ones go. `marks` in their order.
void trim_cache_controls(Draft& draft, const std::vector<std::string*>& marks);

// The members "thinking" and "output_config", as needed.
void write_output_config(const ThinkingChoice& thinking,
                         const FormatChoice& format,
                         json::Writer& out);

// "system" and "messages" as the last members; takes the text over to `request` and notes where the
// elements of "messages" are.
void write_conversation(const Conversation& conversation,
                        json::Writer& out,
                        MessagesRequest& request);

// U2.
std::string_view api_version(bool sends_sampling);

// Adds the members of the object `extra` to the body, in place of those of the same name. `param`
// names it in errors.
Result<void> merge_into(MessagesRequest& request,
                        const json::Value& extra,
                        const std::string& param);

}  // namespace claif::wire

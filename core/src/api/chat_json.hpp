// The values of <claif/chat.hpp> and their JSON.
#pragma once

#include "config/config.hpp"
#include "wire/chat_encoding.hpp"
#include "wire/message.hpp"

#include <claif/chat.hpp>

#include <string>

namespace claif::api {

// OpenAI's request body; presets are applied, and the configured model where none is named.
// invalid_request, with the path, for JSON text in a member that is none.
Result<std::string> to_json(const ChatRequest& request, bool stream, const Config& config);
// The answer as values, and as the chat.completion object. `created` is seconds since 1970.
ChatCompletion to_completion(const wire::Message& message,
                             std::string id,
                             int64_t created,
                             const wire::ChatEncoding& encoding);
Usage to_usage(const wire::Usage& usage);

}  // namespace claif::api

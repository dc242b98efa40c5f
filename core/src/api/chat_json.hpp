// The values of <claif/chat.hpp> and their JSON.
#pragma once

#include "config/config.hpp"
#include "wire/message.hpp"

#include <claif/chat.hpp>

#include <string>

namespace claif::api {

// OpenAI's request body; presets are applied, and the configured model where none is named.
// invalid_request, with the path, for JSON text in a member that is none.
Result<std::string> to_json(const ChatRequest& request, bool stream, const Config& config);
// The values of a chat.completion object of ours.
ChatCompletion to_completion(std::string completion_json, const wire::Usage& usage);
Usage to_usage(const wire::Usage& usage);

}  // namespace claif::api

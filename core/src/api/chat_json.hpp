// The values of <claif/chat.hpp> and their JSON.
#pragma once

#include "config/config.hpp"
#include "wire/message.hpp"

#include <claif/chat.hpp>

#include <string>

namespace claif::api {

// OpenAI's request body; presets are applied, and the configured model where none is named.
std::string to_json(const ChatRequest& request, bool stream, const Config& config);
ChatCompletion to_completion(const wire::Message& message, int64_t created);
Usage to_usage(const wire::Usage& usage);

}  // namespace claif::api

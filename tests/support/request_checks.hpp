// What a vector expects of a request's translation, for both of OpenAI's APIs.
#pragma once

#include "base/json.hpp"
#include "wire/chat_request.hpp"

#include <claif/result.hpp>

#include <string>
#include <vector>

namespace claif::test {

wire::ModelAliases model_aliases(const json::Value& vector);
// Each returns what does not fit, or nothing.
std::string refusal_difference(const json::Value& vector, const Error& error);
std::string request_difference(const json::Value& vector,
                               const wire::MessagesRequest& request,
                               const std::vector<std::string>& warnings);

}  // namespace claif::test

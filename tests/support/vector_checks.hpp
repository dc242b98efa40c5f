// What a vector of tests/data/translation asks for, checked. Each function returns what does not
// fit, or nothing.
#pragma once

#include "base/json.hpp"

#include <string>

namespace claif::test {

// By the vector's endpoint.
std::string check_request(const json::Value& vector);
std::string check_response(const json::Value& vector);
std::string check_stream(const json::Value& vector);
std::string check_error(const json::Value& vector);

// One for each kind and endpoint.
std::string check_chat_request(const json::Value& vector);
std::string check_chat_response(const json::Value& vector);
std::string check_chat_stream(const json::Value& vector);
std::string check_responses_request(const json::Value& vector);
std::string check_responses_response(const json::Value& vector);
std::string check_responses_stream(const json::Value& vector);

}  // namespace claif::test

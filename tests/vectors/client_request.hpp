// The request of a client that gets a vector's answer in the form which the vector expects.
#pragma once

#include "base/json.hpp"

#include <string>

namespace claif::test {

// The vector is of the Responses API.
bool is_responses(const json::Value& vector);
// The route that serves the vector's endpoint.
std::string path_of(const json::Value& vector);
// Its body, for an answer whole or streamed: it declares the tools that the answer calls, because a
// gateway lets no others pass, and asks for what the vector's options tell.
std::string client_request(const json::Value& vector, bool stream);

}  // namespace claif::test

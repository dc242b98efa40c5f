// Takes over a request body that somebody else wrote.
#pragma once

#include "wire/chat_request.hpp"

#include <claif/result.hpp>

#include <string>

namespace claif::wire {

// Replaces the body of `request` and finds its messages, model, tools and limits anew. internal
// when `body` is no Messages request; whether it streams must stay as it was.
Result<void> adopt_body(MessagesRequest& request, std::string body);

}  // namespace claif::wire

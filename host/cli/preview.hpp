// A request that is not sent, for people and for programs.
#pragma once

#include <claif/chat.hpp>

#include <string>

namespace claif::cli {

// As HTTP/1 would have it, without the lines that HTTP itself adds; or one JSON object {"method",
// "url", "headers", "body"}, null for what the transport does not tell.
std::string show(const UpstreamRequest& request, bool json);

}  // namespace claif::cli

// What a session looks like from outside: in lists, to searches, as a summary.
#pragma once

#include "session/manager.hpp"

#include <claif/result.hpp>

#include <cstdint>
#include <string>

namespace claif::session {

// Listing, title, and the text of the records after `from`; the caller fills in the rest.
plugin::SessionDescription description_of(const State& state, uint64_t from);
Summary summary_of(const OpenSession& session);
// An item of a list: {"id","records","bytes","updated_ms","listing"}. internal: it is none.
Result<Summary> summary_of_item(std::string item);
// What the listing of a session must have to be seen by `owner` and match `filter`.
std::string match_of(const std::string& owner, const Filter& filter);
// invalid_request: longer than 500 bytes, or more than a line.
Result<void> check_title(const std::string& title);

}  // namespace claif::session

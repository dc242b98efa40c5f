// One response of the Responses API as a record of the session store (translation.md Q7).
#pragma once

#include <claif/result.hpp>

#include <string>
#include <string_view>

namespace claif::session {

struct ResponseRecord {
  std::string previous;  // the id of the response that it follows; empty: none
  std::string head;      // of its request: wire::PastTurn
  std::string input;     // JSON list: the items of its request, each with its id
  std::string object;    // the response object, with encrypted_content
};

// `owner` is the mark of who made it.
std::string encode_response_record(const ResponseRecord& response, std::string_view owner);

// not_found: its owner is another. internal: it is no such record.
Result<ResponseRecord> decode_response_record(std::string record, std::string_view owner);

// Appends what was asked, or answered, to `items`: JSON objects with commas between.
Result<void> append_input(const ResponseRecord& response, std::string& items);
Result<void> append_output(const ResponseRecord& response, std::string& items);

}  // namespace claif::session

// Errors as Anthropic's clients know them.
#pragma once

#include <claif/result.hpp>

#include <string>
#include <string_view>

namespace claif::wire {

std::string_view type_of_status(int status);      // error.type of an answer with that HTTP status
int status_of_type(std::string_view type);        // 500 for a type that is not known
int status_of_error_json(std::string_view json);  // of an error object as the upstream sends it

// {"type":"error","error":{type,message},"request_id"}, of an error that is claif's own.
std::string encode_anthropic_error(const Error& error, std::string_view request_id);

}  // namespace claif::wire

// Errors as OpenAI's clients know them (translation.md section 6).
#pragma once

#include "wire/upstream_error.hpp"

#include <claif/result.hpp>

#include <string>
#include <string_view>

namespace claif::wire {

int http_status(const Error& error);               // error.status, or the one of error.code
std::string_view openai_type(const Error& error);  // error.type, or the one of error.code
std::string encode_error(const Error& error);      // {"error":{message,type,param,code}}

}  // namespace claif::wire

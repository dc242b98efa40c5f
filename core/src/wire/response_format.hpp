// Structured output: OpenAI's response_format and text.format -> output_config.format, or words
// that ask for it (translation.md 2.8).
#pragma once

#include "wire/draft.hpp"

#include <string>

namespace claif::wire {

struct FormatChoice {
  bool json_schema = false;  // the client asked for a schema, however it is met
  std::string format;        // JSON of output_config.format, empty for none
  std::string prompt;        // F2: a last piece of system text, empty for none
};

// `format` may be null. `param` names it in errors; `nested`: the schema is in its member
// json_schema (chat completions), else in itself (Responses).
Result<FormatChoice> choose_format(Draft& draft,
                                   const json::Value* format,
                                   const std::string& param,
                                   bool nested);

}  // namespace claif::wire

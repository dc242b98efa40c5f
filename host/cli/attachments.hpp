// Files that come with a question. Errors name the option, the file and what to do: configuration
// for a file that cannot be read, too_large and invalid_request for what is in it.
#pragma once

#include <claif/chat.hpp>
#include <claif/result.hpp>

#include <string>
#include <vector>

namespace claif::cli {

// A PNG, JPEG, GIF or WebP file, told by its bytes, or an https:// URL.
Result<ContentPart> read_image(const std::string& file_or_url);
// A PDF or a UTF-8 text.
Result<ContentPart> read_document(const std::string& file);
// A JSON list of tools: OpenAI's, or Anthropic's own.
Result<std::vector<ToolDefinition>> read_tools(const std::string& file);
// A JSON Schema; its name is the file's.
Result<JsonSchema> read_schema(const std::string& file);

// invalid_request when `answer` is no JSON, or does not match the schema of `file`.
Result<void> check_answer(const JsonSchema& schema,
                          const std::string& file,
                          const std::string& answer);

}  // namespace claif::cli

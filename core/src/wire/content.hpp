// The content blocks of a message on their way from OpenAI's parts to Anthropic's blocks.
#pragma once

#include "wire/draft.hpp"
#include "wire/params.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claif::wire {

// One block. Views point into the request's document.
struct Part {
  enum class Kind { text, image, document, tool_use, tool_result, verbatim };
  enum class Source { base64, url, file, text };

  Kind kind = Kind::text;
  Source source = Source::base64;       // of an image or document
  std::string_view text;                // of a text; or the source's data, URL or id
  std::string made;                     // in place of `text`, where that had to be made
  std::string_view media_type;          // of a base64 source
  std::string_view title;               // of a document
  const json::Value* value = nullptr;   // of a verbatim block
  std::string_view name, arguments;     // of a tool_use
  std::string id;                       // of a tool_use or tool_result, sanitised
  std::vector<Part> content;            // of a tool_result
  bool is_error = false, plain = true;  // of a tool_result; plain: its content was one string
  std::string cache_control;            // JSON, empty for none

  std::string_view data() const { return made.empty() ? text : std::string_view(made); }
  static Part of_text(std::string_view text) {
    Part out;
    out.text = text;
    return out;
  }
  static Part of_value(const json::Value& value) {
    Part out;
    out.kind = Kind::verbatim;
    out.value = &value;
    return out;
  }
};

// P13: a data: or https: URL of an image. `param` names it in errors.
Result<Part> image_of_url(Draft& draft, std::string_view url, const std::string& param);

// P14: a file by its data or its id. `path` is where its members are, e.g.
// "messages[0].content[1].file".
struct FileFields {
  const json::Value* data;  // a data URI, or base64 with the type by the name
  const json::Value* id;
  const json::Value* name;
};
Result<Part> file_of(Draft& draft, const FileFields& file, const std::string& path);
// The block of a file in Anthropic's store: an image or a document.
Result<Part> stored_file(std::string_view id, Part::Kind kind, const std::string& param);
// A content that is a string or a list of parts; null is none. `path` and `member` name it in
// errors; `read_part` makes a Part of one of the list, given its path.
template <class ReadPart>
Result<std::vector<Part>> read_parts(const json::Value* content,
                                     const std::string& path,
                                     std::string_view member,
                                     ReadPart read_part) {
  std::vector<Part> out;
  if (content == nullptr) return out;
  if (content->IsString()) {
    out.push_back(Part::of_text(json::text(*content)));
    return out;
  }
  const std::string list = path + std::string(member);
  if (!content->IsArray()) return invalid_type(list, "a string or a list of parts");
  for (unsigned k = 0; k < content->Size(); ++k) {
    const std::string at = list + "[" + std::to_string(k) + "]";
    CLAIF_TRY(Part part, read_part((*content)[k], at));
    CLAIF_TRY(part.cache_control, cache_control_of((*content)[k], at));
    out.push_back(std::move(part));
  }
  return out;
}

// P17: ids keep to [A-Za-z0-9_-].
std::string sanitise_id(Draft& draft, std::string_view id);

// The extension cache_control of a message lands on its last part that takes one.
Result<void> mark_last_part(const json::Value& message,
                            const std::string& path,
                            std::vector<Part>& parts);

void write_part(Draft& draft, const Part& part, json::Writer& out);

}  // namespace claif::wire

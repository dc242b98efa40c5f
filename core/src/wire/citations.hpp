// Citations of a text block -> OpenAI's url_citation annotations (A5).
#pragma once

#include "base/json.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace claif::wire {

struct Link {
  std::string url, title;
};

// Appends what `citation` cites when that is a page on the web: documents have no OpenAI form.
void append_link(const json::Value& citation, std::vector<Link>& out);
// Those of a text block's "citations" list.
std::vector<Link> links_of(const json::Value& text_block);
// The same of a text block that is compact JSON, as the event that starts it has it.
std::vector<Link> links_of(std::string_view text_block_json);

// What OpenAI counts offsets in. `text` is UTF-8.
size_t code_points(std::string_view text);

// Writes one entry of "annotations": [begin, end) of the content rests on `link`.
void write_annotation(json::Writer& out, const Link& link, size_t begin, size_t end);

}  // namespace claif::wire

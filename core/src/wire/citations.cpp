#include "wire/citations.hpp"

#include <algorithm>

namespace claif::wire {

void append_link(const json::Value& citation, std::vector<Link>& out) {
  const std::string_view type = json::string_or(citation, "type");
  const bool web = type == "web_search_result_location";
  if (!web && type != "search_result_location") return;
  const std::string_view url = json::string_or(citation, web ? "url" : "source");
  if (url.starts_with("https://") || url.starts_with("http://"))
    out.push_back({std::string(url), std::string(json::string_or(citation, "title"))});
}

std::vector<Link> links_of(const json::Value& text_block) {
  std::vector<Link> out;
  const json::Value* citations = json::find(text_block, "citations");
  if (citations == nullptr || !citations->IsArray()) return out;
  for (const auto& citation : citations->GetArray())
    append_link(citation, out);
  return out;
}

std::vector<Link> links_of(std::string_view text_block_json) {
  // Few text blocks start with citations: the others are not parsed.
  if (text_block_json.find(R"("citations":[{)") == text_block_json.npos) return {};
  const auto doc = json::parse(std::string(text_block_json));
  return doc ? links_of(doc->root()) : std::vector<Link>{};
}

size_t code_points(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not in the middle of a character
  }));
}

void write_annotation(json::Writer& out, const Link& link, size_t begin, size_t end) {
  out.object().key("type").string("url_citation").key("url_citation").object();
  out.key("start_index").integer(static_cast<int64_t>(begin));
  out.key("end_index").integer(static_cast<int64_t>(end));
  out.key("url").string(link.url).key("title").string(link.title).end_object().end_object();
}

}  // namespace claif::wire

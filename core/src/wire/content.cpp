#include "wire/content.hpp"

#include "wire/media.hpp"
#include "wire/params.hpp"

namespace claif::wire {
namespace {

// Data of an image of `media_type`: checked, and its type by what the bytes say.
Result<Part> base64_image(Draft& draft,
                          std::string_view media_type,
                          std::string_view data,
                          const std::string& param) {
  Part out;
  out.kind = Part::Kind::image;
  out.text = data;
  if (has_space(data)) out.made = without_space(data);
  if (!is_base64(out.data()))
    return fail(bad_param(param, "invalid_base64_image", "the image's data is not valid base64"));
  const std::string_view actual = sniff_image(out.data());
  if (media_type == "image/jpg") media_type = "image/jpeg";
  constexpr std::string_view kTypes[] = {"image/jpeg", "image/png", "image/gif", "image/webp"};
  for (const std::string_view type : kTypes)
    if (type == media_type) out.media_type = type;
  if (actual.empty() || actual == media_type) return out;
  out.media_type = actual;
  draft.warn("image", "media_type_corrected");
  return out;
}

std::string_view type_by_name(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view extension = name.substr(dot);
  if (extension.size() == 4 && starts_with_any_case(extension, ".pdf")) return "application/pdf";
  if (extension.size() == 4 && starts_with_any_case(extension, ".txt")) return "text/plain";
  if (extension.size() == 3 && starts_with_any_case(extension, ".md")) return "text/markdown";
  return {};
}

Result<Part> file_of_data(Draft& draft,
                          std::string_view given,
                          std::string_view name,
                          const std::string& param) {
  std::string type(type_by_name(name));
  std::string_view data = given;
  if (const auto uri = parse_data_uri(given)) {
    if (!uri->base64) return invalid_value(param, "'" + param + "' must be base64");
    type = uri->media_type;
    data = uri->data;
  }
  if (is_image_type(type)) return base64_image(draft, type, data, param);
  Part out;
  out.kind = Part::Kind::document;
  out.title = name;
  out.text = data;
  if (has_space(data)) out.made = without_space(data);
  const bool is_text = type == "text/plain" || type == "text/markdown";
  if (type != "application/pdf" && !is_text)
    return invalid_value(
        param, type.empty()
                   ? "the file's type is unknown: send a data URI, or name it .pdf, .txt or .md"
                   : "files of type " + type + " are not accepted: use PDF, text or an image");
  if (!is_base64(out.data())) return invalid_value(param, "'" + param + "' is not valid base64");
  out.media_type = "application/pdf";
  if (!is_text) return out;
  out.source = Part::Source::text;
  out.made = decode_base64(out.data());
  if (!json::is_utf8(out.made)) return invalid_value(param, "the text file is not UTF-8");
  if (is_blank(out.made)) return invalid_value(param, "the text file is empty");
  return out;
}

void write_source(const Part& part, json::Writer& out) {
  out.key("source").object().key("type");
  switch (part.source) {
    case Part::Source::base64:
      out.string("base64").key("media_type").string(part.media_type).key("data");
      break;
    case Part::Source::url:
      out.string("url").key("url");
      break;
    case Part::Source::file:
      out.string("file").key("file_id");
      break;
    case Part::Source::text:
      out.string("text").key("media_type").string("text/plain").key("data");
      break;
  }
  out.string(part.data()).end_object();
}

// P18: what is no JSON object is wrapped, so that a truncated call does not end the conversation.
void write_arguments(Draft& draft, std::string_view text, json::Writer& out) {
  const size_t begin = text.find_first_not_of(" \t\r\n\f\v");
  if (begin == std::string_view::npos ||
      text.substr(begin, text.find_last_not_of(" \t\r\n\f\v") - begin + 1) == "null") {
    out.raw("{}");
    return;
  }
  if (text[begin] == '{') {
    if (const auto compact = json::compact(text)) {
      out.raw(*compact);
      return;
    }
  }
  draft.warn("arguments", "wrapped");
  out.object().key("INVALID_JSON").string(text).end_object();
}

void write_result(Draft& draft, const Part& part, json::Writer& out) {
  out.key("type").string("tool_result").key("tool_use_id").string(part.id);
  if (part.plain && part.content.size() == 1) {
    out.key("content").string(part.content[0].text);
  } else if (!part.content.empty()) {
    out.key("content").array();
    for (const Part& inner : part.content)
      write_part(draft, inner, out);
    out.end_array();
  }
  if (part.is_error) out.key("is_error").boolean(true);
}

}  // namespace

Result<Part> image_of_url(Draft& draft, std::string_view url, const std::string& param) {
  if (const auto uri = parse_data_uri(url)) {
    if (!is_image_type(uri->media_type))
      return fail(bad_param(
          param, "unsupported_image_media_type",
          "images of type " + uri->media_type + " are not accepted: use JPEG, PNG, GIF or WebP"));
    if (!uri->base64)
      return fail(bad_param(param, "invalid_base64_image", "the image's data URI is not base64"));
    return base64_image(draft, uri->media_type, uri->data, param);
  }
  constexpr std::string_view kHttps = "https://";
  if (!starts_with_any_case(url, kHttps) || url.size() == kHttps.size())
    return fail(bad_param(param, "invalid_image_url",
                          "an image's URL must begin with https:// or be a data URI"));
  Part out;
  out.kind = Part::Kind::image;
  out.source = Part::Source::url;
  out.text = url;
  return out;
}

Result<Part> stored_file(std::string_view id, Part::Kind kind, const std::string& param) {
  if (!id.starts_with("file_"))
    return invalid_value(
        param, "'" + std::string(id) + "' is no file of Anthropic's: their ids begin with file_");
  Part out;
  out.kind = kind;
  out.source = Part::Source::file;
  out.text = id;
  return out;
}

Result<Part> file_of(Draft& draft, const FileFields& file, const std::string& path) {
  CLAIF_TRY(const std::string_view name, optional_string(file.name, path + ".filename"));
  if (file.data != nullptr) {
    CLAIF_TRY(const std::string_view data, optional_string(file.data, path + ".file_data"));
    return file_of_data(draft, data, name, path + ".file_data");
  }
  if (file.id == nullptr) return missing(path + ".file_data");
  CLAIF_TRY(const std::string_view id, optional_string(file.id, path + ".file_id"));
  CLAIF_TRY(Part out, stored_file(id, Part::Kind::document, path + ".file_id"));
  out.title = name;
  return out;
}

std::string sanitise_id(Draft& draft, std::string_view id) {
  std::string out(id);
  for (char& c : out) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
    if (good) continue;
    c = '_';
    draft.warn("tool_call_id", "sanitized");
  }
  return out;
}

Result<void> mark_last_part(const json::Value& message,
                            const std::string& path,
                            std::vector<Part>& parts) {
  CLAIF_TRY(std::string mark, cache_control_of(message, path));
  if (mark.empty()) return {};
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (part->kind == Part::Kind::verbatim) continue;  // a thinking block takes none
    if (part->kind == Part::Kind::text && is_blank(part->text)) continue;
    part->cache_control = std::move(mark);
    break;
  }
  return {};
}

void write_part(Draft& draft, const Part& part, json::Writer& out) {
  if (part.kind == Part::Kind::verbatim) {
    out.value(*part.value);
    return;
  }
  out.object();
  switch (part.kind) {
    case Part::Kind::text:
      out.key("type").string("text").key("text").string(part.data());
      break;
    case Part::Kind::image:
      out.key("type").string("image");
      write_source(part, out);
      break;
    case Part::Kind::document:
      out.key("type").string("document");
      write_source(part, out);
      if (!part.title.empty()) out.key("title").string(part.title);
      break;
    case Part::Kind::tool_use:
      out.key("type").string("tool_use").key("id").string(part.id);
      out.key("name").string(part.name).key("input");
      write_arguments(draft, part.arguments, out);
      break;
    case Part::Kind::tool_result:
      write_result(draft, part, out);
      break;
    case Part::Kind::verbatim:
      break;
  }
  if (!part.cache_control.empty()) out.key("cache_control").raw(part.cache_control);
  out.end_object();
}

}  // namespace claif::wire

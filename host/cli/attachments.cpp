#include "cli/attachments.hpp"

#include "base/json.hpp"
#include "base/schema.hpp"
#include "wire/code_fence.hpp"
#include "wire/draft.hpp"
#include "wire/media.hpp"
#include "wire/schema_sanitiser.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace claif::cli {
namespace {

// What Claude takes (translation.md section 8), before base64 makes it a third longer.
constexpr size_t kMaxImage = 7'500'000;
constexpr size_t kMaxDocument = 24'000'000;
constexpr size_t kMaxJson = 8'000'000;

struct Wanted {
  std::string option;  // e.g. "--image"
  std::string what;    // e.g. "a PNG, JPEG, GIF or WebP image"
  size_t limit;
};

tl::unexpected<Error> refuse(Errc code,
                             const Wanted& wanted,
                             const std::string& file,
                             const std::string& why) {
  return fail(code, wanted.option + " " + file + ": " + why);
}

Result<std::string> read_bytes(const Wanted& wanted, const std::string& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    return refuse(Errc::configuration, wanted, file, "is a directory; name " + wanted.what);
  std::ifstream in(file, std::ios::binary);
  if (!in)
    return refuse(
        Errc::configuration, wanted, file,
        "cannot be read (" + std::generic_category().message(errno) + "); name " + wanted.what);
  std::string out;
  char buffer[65536];
  while (out.size() <= wanted.limit && (in.read(buffer, sizeof buffer), in.gcount() > 0))
    out.append(buffer, static_cast<size_t>(in.gcount()));
  if (in.bad()) return refuse(Errc::configuration, wanted, file, "could not be read to its end");
  if (out.size() > wanted.limit)
    return refuse(Errc::too_large, wanted, file,
                  "is over " + std::to_string(wanted.limit / 1'000'000) +
                      " MB, more than Claude takes; make it smaller");
  if (out.empty())
    return refuse(Errc::invalid_request, wanted, file, "is empty; name " + wanted.what);
  return out;
}

Result<json::Document> read_json(const Wanted& wanted, const std::string& file) {
  CLAIF_TRY(std::string text, read_bytes(wanted, file));
  auto doc = json::parse(std::move(text));
  if (!doc)
    return refuse(Errc::invalid_request, wanted, file, "is not JSON: " + doc.error().message);
  return doc;
}

std::string base_name(const std::string& file) {
  return std::filesystem::path(file).filename().string();
}

}  // namespace

Result<ContentPart> read_image(const std::string& file_or_url) {
  if (wire::starts_with_any_case(file_or_url, "https://"))
    return ContentPart::of_image(file_or_url);
  const Wanted wanted{"--image", "a PNG, JPEG, GIF or WebP file", kMaxImage};
  if (wire::starts_with_any_case(file_or_url, "http://"))
    return refuse(Errc::invalid_request, wanted, file_or_url,
                  "Claude fetches https:// only; download it and name the file");
  CLAIF_TRY(const std::string bytes, read_bytes(wanted, file_or_url));
  if (wire::sniff_image(wire::encode_base64(std::string_view(bytes).substr(0, 12))).empty())
    return refuse(Errc::invalid_request, wanted, file_or_url, "is not " + wanted.what);
  return ContentPart::of_image_bytes(bytes);
}

Result<ContentPart> read_document(const std::string& file) {
  const Wanted wanted{"--file", "a PDF or a UTF-8 text", kMaxDocument};
  CLAIF_TRY(const std::string bytes, read_bytes(wanted, file));
  const bool is_text = json::is_utf8(bytes) && bytes.find('\0') == std::string::npos;
  if (!bytes.starts_with("%PDF-") && !is_text)
    return refuse(Errc::invalid_request, wanted, file,
                  "is neither PDF nor UTF-8 text; convert it, or use --image for an image");
  if (is_text && wire::is_blank(bytes))
    return refuse(Errc::invalid_request, wanted, file, "holds nothing but white space");
  return ContentPart::of_file(base_name(file), bytes);
}

Result<std::vector<ToolDefinition>> read_tools(const std::string& file) {
  const Wanted wanted{"--tools", "a JSON list of tools", kMaxJson};
  CLAIF_TRY(const json::Document doc, read_json(wanted, file));
  if (!doc->IsArray())
    return refuse(Errc::invalid_request, wanted, file,
                  R"(must be a JSON list: [{"type": "function", "function": {"name": ...}}])");
  if (doc->Empty())
    return refuse(Errc::invalid_request, wanted, file, "lists no tool; leave the option out");
  std::vector<ToolDefinition> out;
  for (const auto& tool : doc->GetArray())
    out.push_back(ToolDefinition::of_json(json::dump(tool)));
  return out;
}

Result<JsonSchema> read_schema(const std::string& file) {
  const Wanted wanted{"--schema", "a JSON Schema", kMaxJson};
  CLAIF_TRY(const json::Document doc, read_json(wanted, file));
  if (!doc->IsObject())
    return refuse(Errc::invalid_request, wanted, file,
                  R"(must be a JSON Schema: {"type": "object", "properties": {...}})");
  std::string name = std::filesystem::path(file).stem().string().substr(0, 64);
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_'; }, '_');
  return JsonSchema{name.empty() ? "answer" : name, json::dump(doc.root())};
}

Result<void> check_answer(const JsonSchema& schema,
                          const std::string& file,
                          const std::string& answer) {
  const std::string where = "the answer does not match --schema " + file;
  const std::string text(wire::without_fence(answer));
  const auto doc = json::parse(text);
  if (!doc) return fail(Errc::invalid_request, where + ": " + doc.error().message);
  const auto rules = json::parse(schema.schema_json);
  if (!rules || !wire::is_representable(rules->root())) return {};  // its $refs may be a circle
  auto checked = check_schema(schema.schema_json, text, where, "is not in the schema");
  if (!checked) return fail(Errc::invalid_request, std::move(checked.error().message));
  return {};
}

}  // namespace claif::cli

#include "base/schema.hpp"

#include "base/json.hpp"
#include "base/suggest.hpp"

#include <rapidjson/pointer.h>
#include <rapidjson/schema.h>

namespace claif {
namespace {

std::string pointer_text(const rapidjson::Pointer& pointer) {
  std::string out;
  for (size_t i = 0; i < pointer.GetTokenCount(); ++i) {
    const auto& token = pointer.GetTokens()[i];
    if (token.index != rapidjson::kPointerInvalidIndex)
      out += "[" + std::string(token.name, token.length) + "]";
    else
      (out += out.empty() ? "" : ".").append(token.name, token.length);
  }
  return out;
}

// What is said of a member that `schema` has no property for.
std::string unknown_member(const json::Value& schema,
                           const std::string& path,
                           std::string_view unknown) {
  const json::Value* properties = json::find(schema, "properties");
  std::vector<std::string_view> known;
  if (properties != nullptr)
    for (const auto& p : properties->GetObject())
      known.push_back(json::text(p.name));
  const std::string name = path.substr(path.rfind('.') + 1);
  return std::string(unknown) + suggestion(name, known);
}

std::string explain(std::string_view keyword,
                    const json::Value* rule,
                    const json::Value* schema,
                    const std::string& path,
                    std::string_view unknown) {
  const std::string wanted = rule != nullptr ? json::dump(*rule) : "";
  if (keyword == "additionalProperties" && schema != nullptr && !path.empty())
    return unknown_member(*schema, path, unknown);
  if (keyword == "type") return "must be of type " + wanted;
  if (keyword == "required") return "must have " + wanted;
  if (keyword == "enum") return "must be one of " + wanted;
  if (keyword == "minimum") return "must be at least " + wanted;
  if (keyword == "maximum") return "must be at most " + wanted;
  if (keyword == "pattern") return "must match " + wanted;
  if (keyword == "minItems") return "must have at least " + wanted + " entries";
  return "breaks the rule '" + std::string(keyword) + "' " + wanted;
}

}  // namespace

Result<void> check_schema(std::string_view schema_text,
                          std::string_view json_text,
                          std::string_view where,
                          std::string_view unknown) {
  const auto complain = [&](const std::string& what) {
    return fail(Errc::configuration, std::string(where) + ": " + what);
  };
  auto value = json::parse(std::string(json_text));
  if (!value) return complain(value.error().message);
  if (schema_text.empty()) return {};
  auto schema = json::parse(std::string(schema_text));
  if (!schema) return complain("its own JSON Schema is broken: " + schema.error().message);
  const rapidjson::SchemaDocument document(schema->root());
  rapidjson::SchemaValidator validator(document);
  if (value->root().Accept(validator)) return {};
  const rapidjson::Pointer at = validator.GetInvalidDocumentPointer();
  const char* const keyword = validator.GetInvalidSchemaKeyword();
  const json::Value* rules = validator.GetInvalidSchemaPointer().Get(schema->root());
  const std::string path = pointer_text(at);
  const std::string what =
      explain(keyword ? keyword : "", rules && keyword ? json::find(*rules, keyword) : nullptr,
              rules, path, unknown);
  return complain(path.empty() ? what : "'" + path + "' " + what);
}

}  // namespace claif

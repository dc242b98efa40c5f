#include "wire/response_format.hpp"

#include "wire/schema_sanitiser.hpp"

namespace claif::wire {
namespace {

constexpr std::string_view kPrompt =
    "Respond with a single valid JSON object and nothing else. Do not wrap it in Markdown code "
    "fences.";
constexpr std::string_view kSchemaPrompt = "\nThe JSON must conform to this JSON Schema:\n";

FormatChoice by_prompt(Draft& draft, bool json_schema, const json::Value* schema) {
  draft.warn("response_format", "best_effort");
  FormatChoice out;
  out.json_schema = json_schema;
  out.prompt = kPrompt;
  if (schema != nullptr) out.prompt.append(kSchemaPrompt) += json::dump(*schema);
  return out;
}

}  // namespace

Result<FormatChoice> choose_format(Draft& draft,
                                   const json::Value* format,
                                   const std::string& param,
                                   bool nested) {
  if (format == nullptr) return FormatChoice{};
  if (!format->IsObject()) return invalid_type(param, "an object");
  const json::Value* type = json::find(*format, "type");
  if (type == nullptr) return missing(param + ".type");
  if (!type->IsString()) return invalid_type(param + ".type", "a string");
  const std::string_view t = json::text(*type);
  if (t == "text") return FormatChoice{};
  if (t == "json_object") return by_prompt(draft, false, nullptr);
  if (t != "json_schema")
    return invalid_value(param + ".type",
                         "'" + param + ".type' must be text, json_object or json_schema");
  const json::Value* holder = format;
  std::string path = param;
  if (nested) {
    path += ".json_schema";
    holder = json::find(*format, "json_schema");
    if (holder == nullptr) return missing(path);
    if (!holder->IsObject()) return invalid_type(path, "an object");
  }
  const json::Value* schema = json::find(*holder, "schema");
  if (schema == nullptr) return by_prompt(draft, true, nullptr);
  if (!schema->IsObject()) return invalid_type(path + ".schema", "an object");
  if (!draft.model->structured_outputs || !is_representable(*schema))
    return by_prompt(draft, true, schema);
  json::Writer out;
  out.object().key("type").string("json_schema").key("schema");
  write_sanitised(*schema, out);
  out.end_object();
  return FormatChoice{true, out.take(), {}};
}

}  // namespace claif::wire

#include "approval/arguments.hpp"

#include "approval/schema_check.hpp"
#include "base/json.hpp"

#include <algorithm>
#include <vector>

namespace claif::approval {
namespace {

bool has_zero(const json::Value& text) {
  return json::text(text).find('\0') != std::string_view::npos;
}

// The names are compared unescaped: "p\u0061th" is "path".
bool names_a_key_twice(const json::Value& object) {
  std::vector<std::string_view> names;
  names.reserve(object.MemberCount());
  for (const auto& member : object.GetObject())
    names.push_back(json::text(member.name));
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

// `levels` bounds the recursion.
std::string defect(const json::Value& v, unsigned levels) {
  if (v.IsString()) return has_zero(v) ? "a text in them has a zero byte" : "";
  if (!v.IsObject() && !v.IsArray()) return {};
  if (levels == 0) return "they nest deeper than " + std::to_string(kArgumentDepth) + " levels";
  if (v.IsArray()) {
    for (const auto& item : v.GetArray())
      if (std::string why = defect(item, levels - 1); !why.empty()) return why;
    return {};
  }
  if (names_a_key_twice(v)) return "an object in them has the same key twice";
  for (const auto& member : v.GetObject()) {
    if (has_zero(member.name)) return "a key in them has a zero byte";
    if (std::string why = defect(member.value, levels - 1); !why.empty()) return why;
  }
  return {};
}

}  // namespace

std::string argument_defect(std::string_view text, std::string_view schema) {
  if (text.size() > kMostArgumentBytes) return "its arguments are over 1 MiB";
  const auto input = json::parse(std::string(text));
  if (!input) return "its arguments are no JSON object: " + input.error().message;
  if (!input->root().IsObject()) return "its arguments are no JSON object";
  if (std::string why = defect(input->root(), kArgumentDepth); !why.empty())
    return "its arguments are not strict JSON: " + why;
  if (schema.empty()) return {};
  if (std::string why = schema_defect(input->root(), schema); !why.empty())
    return "its arguments do not fit the tool's schema: " + why;
  return {};
}

}  // namespace claif::approval

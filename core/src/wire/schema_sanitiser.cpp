#include "wire/schema_sanitiser.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <rapidjson/pointer.h>

namespace claif::wire {
namespace {

template <size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::array<std::string_view, 6> kCopied{"title", "description", "default",
                                                  "const", "enum",        "type"};
constexpr std::array<std::string_view, 3> kLists{"anyOf", "allOf", "oneOf"};
constexpr std::array<std::string_view, 3> kMaps{"properties", "$defs", "definitions"};
constexpr std::array<std::string_view, 10> kFormats{
    "date-time", "time", "date", "duration", "email", "uri", "hostname", "ipv4", "ipv6", "uuid"};
// In the order in which they are described; an unsupported format comes last.
constexpr std::array<std::string_view, 13> kDescribed{
    "minimum",     "maximum",       "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minLength",   "maxLength",     "pattern",          "minItems",         "maxItems",
    "uniqueItems", "minProperties", "maxProperties"};

const json::Value* member(const json::Value& node, std::string_view key) {
  for (auto it = node.MemberBegin(); it != node.MemberEnd(); ++it)
    if (json::text(it->name) == key) return &it->value;
  return nullptr;
}

bool is_object_node(const json::Value& node) {
  if (member(node, "properties") != nullptr) return true;
  const json::Value* type = member(node, "type");
  if (type == nullptr) return false;
  const auto says_object = [](const json::Value& v) {
    return v.IsString() && json::text(v) == "object";
  };
  return says_object(*type) ||
         (type->IsArray() && std::any_of(type->Begin(), type->End(), says_object));
}

bool is_open(const json::Value& node) {
  const json::Value* additional = member(node, "additionalProperties");
  if (additional != nullptr && !additional->IsFalse()) return true;
  const json::Value* patterns = member(node, "patternProperties");
  if (patterns != nullptr && !(patterns->IsObject() && patterns->ObjectEmpty())) return true;
  return is_object_node(node) && member(node, "properties") == nullptr && additional == nullptr;
}

// Walks a schema and what it refers to.
class Walk {
 public:
  explicit Walk(const json::Value& root) : root_(root) { open_.insert(&root); }

  bool allows(const json::Value& node) {
    if (node.IsBool()) return true;
    if (!node.IsObject()) return false;
    if (const json::Value* ref = member(node, "$ref"))
      return definitions_allowed(node) && reference_allowed(*ref);
    if (is_open(node)) return false;
    if (member(node, "anyOf") != nullptr && member(node, "oneOf") != nullptr)
      return false;  // both would become anyOf
    if (const json::Value* properties = member(node, "properties");
        properties != nullptr && !map_allowed(*properties))
      return false;
    if (const json::Value* items = member(node, "items"); items != nullptr && !allows(*items))
      return false;
    for (const std::string_view key : kLists) {
      const json::Value* list = member(node, key);
      if (list == nullptr) continue;
      if (!list->IsArray()) return false;
      for (const auto& inner : list->GetArray())
        if (!allows(inner)) return false;
    }
    return definitions_allowed(node);
  }

 private:
  bool map_allowed(const json::Value& map) {
    if (!map.IsObject()) return false;
    return std::all_of(map.MemberBegin(), map.MemberEnd(),
                       [this](const auto& entry) { return allows(entry.value); });
  }
  bool definitions_allowed(const json::Value& node) {
    for (const std::string_view key : {"$defs", "definitions"})
      if (const json::Value* definitions = member(node, key);
          definitions != nullptr && !map_allowed(*definitions))
        return false;
    return true;
  }
  bool reference_allowed(const json::Value& ref) {
    if (!ref.IsString() || !json::text(ref).starts_with('#')) return false;
    // Not as a URI fragment, in which RapidJSON wants the $ of "#/$defs" percent-encoded.
    const rapidjson::Pointer pointer(ref.GetString() + 1, ref.GetStringLength() - 1);
    const json::Value* target = pointer.IsValid() ? pointer.Get(root_) : nullptr;
    if (target == nullptr) return false;
    if (checked_.contains(target)) return true;
    if (!open_.insert(target).second) return false;  // it refers to itself
    const bool good = allows(*target);
    open_.erase(target);
    if (good) checked_.insert(target);
    return good;
  }

  const json::Value& root_;
  std::set<const json::Value*> open_, checked_;
};

bool is_kept(const json::Value& node, std::string_view key) {
  if (key == "minItems") {
    const json::Value& n = *member(node, key);
    return n.IsInt64() && (n.GetInt64() == 0 || n.GetInt64() == 1);
  }
  return false;
}

bool is_known_format(const json::Value& format) {
  return format.IsString() && is_one_of(kFormats, json::text(format));
}

// "[constraints: minimum=1; maximum=5]", or nothing.
std::string constraints_of(const json::Value& node) {
  std::string out;
  const auto add = [&](std::string_view key, const json::Value& v) {
    (out += out.empty() ? "[constraints: " : "; ").append(key) += '=';
    out += json::dump(v);
  };
  for (const std::string_view key : kDescribed) {
    const json::Value* v = member(node, key);
    if (v == nullptr || is_kept(node, key)) continue;
    if (key == "uniqueItems" && !v->IsTrue()) continue;
    add(key, *v);
  }
  const json::Value* format = member(node, "format");
  if (format != nullptr && !is_known_format(*format)) add("format", *format);
  if (!out.empty()) out += ']';
  return out;
}

void write_map(const json::Value& map, json::Writer& out) {
  out.object();
  for (const auto& entry : map.GetObject()) {
    out.any_key(json::text(entry.name));
    write_sanitised(entry.value, out);
  }
  out.end_object();
}

void write_list(const json::Value& list, json::Writer& out) {
  out.array();
  for (const auto& inner : list.GetArray())
    write_sanitised(inner, out);
  out.end_array();
}

void write_member(const json::Value& node,
                  std::string_view key,
                  const json::Value& v,
                  json::Writer& out) {
  if (is_one_of(kCopied, key) || key == "required" || is_kept(node, key) ||
      (key == "format" && is_known_format(v))) {
    out.key(key).value(v);
  } else if (is_one_of(kMaps, key)) {
    out.key(key);
    write_map(v, out);
  } else if (is_one_of(kLists, key)) {
    out.key(key == "oneOf" ? "anyOf" : key);
    write_list(v, out);
  } else if (key == "items") {
    out.key(key);
    write_sanitised(v, out);
  }
}

}  // namespace

bool is_representable(const json::Value& schema) {
  return schema.IsObject() && Walk(schema).allows(schema);
}

void write_sanitised(const json::Value& schema, json::Writer& out) {
  if (!schema.IsObject()) {
    out.value(schema);
    return;
  }
  const bool refers = member(schema, "$ref") != nullptr;
  const std::string constraints = refers ? std::string() : constraints_of(schema);
  bool described = false;
  out.object();
  for (const auto& entry : schema.GetObject()) {
    const std::string_view key = json::text(entry.name);
    if (refers) {
      if (key == "$ref") out.key(key).value(entry.value);
      if (key == "$defs" || key == "definitions") {
        out.key(key);
        write_map(entry.value, out);
      }
    } else if (key == "description" && entry.value.IsString() && !constraints.empty()) {
      described = true;
      out.key(key).string(std::string(json::text(entry.value)) + "\n" + constraints);
    } else {
      write_member(schema, key, entry.value, out);
    }
  }
  if (!constraints.empty() && !described) out.key("description").string(constraints);
  if (!refers && is_object_node(schema)) out.key("additionalProperties").boolean(false);
  out.end_object();
}

}  // namespace claif::wire

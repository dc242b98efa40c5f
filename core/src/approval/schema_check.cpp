#include "approval/schema_check.hpp"

#include <charconv>
#include <cmath>

#include <rapidjson/pointer.h>

namespace claif::approval {
namespace {

// A schema of $refs can be exponential in its size, and go round: both end here.
constexpr unsigned kMostSteps = 100'000, kMostDepth = 200;

bool is_type(const json::Value& v, std::string_view type) {
  if (type == "object") return v.IsObject();
  if (type == "array") return v.IsArray();
  if (type == "string") return v.IsString();
  if (type == "boolean") return v.IsBool();
  if (type == "null") return v.IsNull();
  if (type == "number") return v.IsNumber();
  if (type == "integer")
    return v.IsInt64() || v.IsUint64() ||
           (v.IsDouble() && std::trunc(v.GetDouble()) == v.GetDouble());
  return false;
}

// find() takes null for absent, which "const": null or a null schema are not.
const json::Value* member(const json::Value& object, const char* key) {
  const auto at = object.FindMember(key);
  return at == object.MemberEnd() ? nullptr : &at->value;
}

// A URL's fragment without its %XX.
std::string unescaped(std::string_view s) {
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    unsigned code = 0;
    const char* const digits = s.data() + i + 1;
    const bool escape = s[i] == '%' && i + 2 < s.size() &&
                        std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2;
    out += escape ? static_cast<char>(code) : s[i];
    if (escape) i += 2;
  }
  return out;
}

class Check {
 public:
  explicit Check(const json::Value& root) : root_(root) {}

  std::string run(const json::Value& v, const json::Value& schema, const std::string& path) {
    if (++steps_ > kMostSteps || depth_ >= kMostDepth)
      return "the schema goes round in a circle, or is too large to follow";
    ++depth_;
    std::string why = one(v, schema, path);
    --depth_;
    return why;
  }

 private:
  static std::string name(const std::string& path) {
    return path.empty() ? "the arguments" : "'" + path + "'";
  }
  static std::string below(const std::string& path, std::string_view key) {
    return (path.empty() ? "" : path + ".") + std::string(key);
  }

  std::string one(const json::Value& v, const json::Value& schema, const std::string& path) {
    if (schema.IsBool()) return schema.IsTrue() ? "" : name(path) + " may not be there";
    if (!schema.IsObject()) return "the schema of " + name(path) + " is none";
    std::string why = follow(v, schema, path);
    if (why.empty()) why = type(v, schema, path);
    if (why.empty() && v.IsObject()) why = object(v, schema, path);
    if (why.empty() && v.IsArray()) why = array(v, schema, path);
    if (why.empty()) why = combined(v, schema, path);
    return why;
  }

  std::string follow(const json::Value& v, const json::Value& schema, const std::string& path) {
    const json::Value* ref = member(schema, "$ref");
    if (ref == nullptr) return {};
    const std::string nowhere = "the schema of " + name(path) + " has a $ref that leads nowhere";
    if (!ref->IsString() || json::text(*ref).substr(0, 1) != "#") return nowhere;
    // Not by Pointer's own reading of fragments, which takes no '$' as it is.
    const std::string path_in_schema = unescaped(json::text(*ref).substr(1));
    const rapidjson::Pointer pointer(path_in_schema.data(), path_in_schema.size());
    const json::Value* target = pointer.IsValid() ? pointer.Get(root_) : nullptr;
    return target == nullptr ? nowhere : run(v, *target, path);
  }

  static std::string type(const json::Value& v,
                          const json::Value& schema,
                          const std::string& path) {
    const json::Value* wanted = member(schema, "type");
    if (wanted == nullptr) return {};
    bool fits = wanted->IsString() && is_type(v, json::text(*wanted));
    if (wanted->IsArray())
      for (const auto& each : wanted->GetArray())
        fits |= each.IsString() && is_type(v, json::text(each));
    return fits ? "" : name(path) + " must be of type " + json::dump(*wanted);
  }

  std::string object(const json::Value& v, const json::Value& schema, const std::string& path) {
    if (const json::Value* required = member(schema, "required");
        required != nullptr && required->IsArray())
      for (const auto& key : required->GetArray())
        if (!key.IsString() || v.FindMember(key) == v.MemberEnd())
          return "'" + below(path, key.IsString() ? json::text(key) : "?") + "' is missing";
    const json::Value* properties = member(schema, "properties");
    const json::Value* others = member(schema, "additionalProperties");
    const bool judged = member(schema, "patternProperties") == nullptr;
    for (const auto& entry : v.GetObject()) {
      const std::string at = below(path, json::text(entry.name));
      if (properties != nullptr && properties->IsObject())
        if (const auto known = properties->FindMember(entry.name);
            known != properties->MemberEnd()) {
          if (std::string why = run(entry.value, known->value, at); !why.empty()) return why;
          continue;
        }
      if (others == nullptr || !judged) continue;
      if (others->IsFalse()) return "the tool has no '" + at + "'";
      if (std::string why = run(entry.value, *others, at); !why.empty()) return why;
    }
    return {};
  }

  std::string array(const json::Value& v, const json::Value& schema, const std::string& path) {
    const json::Value* items = member(schema, "items");
    const json::Value* first = member(schema, "prefixItems");
    if (first == nullptr && items != nullptr && items->IsArray()) std::swap(first, items);
    for (unsigned i = 0; i < v.Size(); ++i) {
      const bool in_first = first != nullptr && first->IsArray() && i < first->Size();
      const json::Value* rule = in_first ? &(*first)[i] : items;
      if (rule == nullptr) continue;
      if (std::string why = run(v[i], *rule, path + "[" + std::to_string(i) + "]"); !why.empty())
        return why;
    }
    return {};
  }

  std::string combined(const json::Value& v, const json::Value& schema, const std::string& path) {
    if (const json::Value* all = member(schema, "allOf"); all != nullptr && all->IsArray())
      for (const auto& each : all->GetArray())
        if (std::string why = run(v, each, path); !why.empty()) return why;
    for (const char* const key : {"anyOf", "oneOf"}) {
      const json::Value* any = member(schema, key);
      if (any == nullptr || !any->IsArray()) continue;
      std::string why = name(path) + " fits none of " + key;
      for (const auto& each : any->GetArray())
        if (run(v, each, path).empty()) {
          why.clear();
          break;
        }
      if (!why.empty()) return why;
    }
    return {};
  }

  const json::Value& root_;
  unsigned steps_ = 0, depth_ = 0;
};

}  // namespace

std::string schema_defect(const json::Value& value, std::string_view schema) {
  const auto parsed = json::parse(std::string(schema));
  if (!parsed) return "the schema is " + parsed.error().message;
  return Check(parsed->root()).run(value, parsed->root(), {});
}

}  // namespace claif::approval

// Compares JSON by value: the order of keys does not matter, 1 equals 1.0.
#pragma once

#include "base/json.hpp"

#include <string>

namespace claif::test {

inline std::string shown(const json::Value& v) {
  const std::string text = json::dump(v);
  return text.size() <= 200 ? text : text.substr(0, 200) + "...";
}

// Empty when both are equal, else where they differ and how.
inline std::string difference(const json::Value& expected,
                              const json::Value& actual,
                              const std::string& path = "$") {
  if (expected.IsObject() && actual.IsObject()) {
    for (const auto& member : expected.GetObject()) {
      const std::string at = path + "." + std::string(json::text(member.name));
      const auto found = actual.FindMember(member.name);
      if (found == actual.MemberEnd()) return at + ": missing, wanted " + shown(member.value);
      if (auto inner = difference(member.value, found->value, at); !inner.empty()) return inner;
    }
    for (const auto& member : actual.GetObject())
      if (!expected.HasMember(member.name))
        return path + "." + std::string(json::text(member.name)) + ": not wanted, is " +
               shown(member.value);
    return {};
  }
  if (expected.IsArray() && actual.IsArray()) {
    if (expected.Size() != actual.Size())
      return path + ": " + std::to_string(actual.Size()) + " entries, wanted " +
             std::to_string(expected.Size()) + ": " + shown(actual);
    for (unsigned i = 0; i < expected.Size(); ++i)
      if (auto inner = difference(expected[i], actual[i], path + "[" + std::to_string(i) + "]");
          !inner.empty())
        return inner;
    return {};
  }
  return expected == actual ? "" : path + ": is " + shown(actual) + ", wanted " + shown(expected);
}

inline rapidjson::Document parsed(std::string_view text) {
  rapidjson::Document doc;
  doc.Parse<rapidjson::kParseFullPrecisionFlag>(text.data(), text.size());
  return doc;
}

inline std::string difference(std::string_view expected, std::string_view actual) {
  return difference(parsed(expected), parsed(actual));
}

}  // namespace claif::test

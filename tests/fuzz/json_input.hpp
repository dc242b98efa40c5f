// What a fuzzer of JSON cannot hold claif to.
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>

namespace claif::fuzz {

// An object that names a member twice has no one meaning: which of them counts is left open.
inline bool has_repeated_key(const json::Value& v) {
  if (v.IsArray())
    for (const auto& entry : v.GetArray())
      if (has_repeated_key(entry)) return true;
  if (!v.IsObject()) return false;
  for (auto it = v.MemberBegin(); it != v.MemberEnd(); ++it)
    if (v.FindMember(it->name) != it || has_repeated_key(it->value)) return true;
  return false;
}

// Also in a text that is JSON, e.g. the input of a call that comes in fragments.
inline bool has_repeated_key(std::string_view text) {
  const auto doc = json::parse(std::string(text));
  return doc && has_repeated_key(doc->root());
}

}  // namespace claif::fuzz

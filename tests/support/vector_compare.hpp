// How the answers to OpenAI clients are compared with those that a vector expects.
#pragma once

#include "support/json_difference.hpp"
#include "wire/chat_response.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

namespace claif::test {

// The vector's member, or a null value that equals nothing.
inline const json::Value& member(const json::Value& vector, std::string_view name) {
  static const json::Value none;
  const json::Value* found = json::find(vector, name);
  return found != nullptr ? *found : none;
}

inline bool has_option(const json::Value& vector, std::string_view name) {
  const json::Value* value = json::find(member(vector, "options"), name);
  return value != nullptr && value->IsTrue();
}

inline wire::ChatEncoding chat_encoding(const json::Value& vector) {
  return {.include_usage = has_option(vector, "include_usage"),
          .thinking_blocks = has_option(vector, "include_thinking_blocks"),
          .legacy_functions = has_option(vector, "legacy_functions"),
          .strip_fence = has_option(vector, "json_object")};
}

// What is the same in every object that goes to an OpenAI client: null members count as absent but
// where they must be present, and `ignored` members go.
inline void strip(json::Value& v,
                  std::initializer_list<std::string_view> ignored,
                  rapidjson::Document::AllocatorType& pool) {
  if (v.IsArray())
    for (auto& item : v.GetArray())
      strip(item, {}, pool);
  if (!v.IsObject()) return;
  for (auto it = v.MemberBegin(); it != v.MemberEnd();) {
    const std::string_view name = json::text(it->name);
    const bool required = name == "content" || name == "refusal" || name == "finish_reason";
    const bool goes = (it->value.IsNull() && !required) ||
                      std::find(ignored.begin(), ignored.end(), name) != ignored.end();
    if (goes) {
      it = v.EraseMember(it);
      continue;
    }
    strip(it->value, {}, pool);
    ++it;
  }
}

// An error object as clients see it against the expected one; the wording is free.
inline std::string error_difference(const json::Value& expected, std::string_view actual_json) {
  auto actual = parsed(actual_json);
  if (!json::find(actual, "error")) return "there is no error";
  auto& error = actual["error"];
  if (json::string_or(error, "message").empty()) return "the error has no message";
  error.RemoveMember("message");
  auto without_message = parsed(json::dump(expected));
  if (without_message.IsObject()) without_message.RemoveMember("message");
  return difference(without_message, error, "error");
}

}  // namespace claif::test

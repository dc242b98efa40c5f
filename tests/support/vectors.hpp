// The vectors of tests/data/translation, as test parameters.
#pragma once

#include "support/json_difference.hpp"

#include <algorithm>
#include <fstream>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace claif::test {

struct Vector {
  std::string name, json;
  rapidjson::Document document() const { return parsed(json); }
};
inline void PrintTo(const Vector& vector, std::ostream* out) {
  *out << vector.name;
}

inline std::string read_data(const std::string& name) {
  std::ifstream in(std::string(CLAIF_TEST_DATA_DIR "/") + name, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// The vectors of one file, of both endpoints. `folder` below tests/data.
inline std::vector<Vector> vectors(const std::string& file,
                                   const std::string& folder = "translation") {
  std::vector<Vector> out;
  const auto doc = parsed(read_data(folder + "/" + file + ".json"));
  for (const auto& v : doc.GetArray())
    out.push_back({std::string(json::string_or(v, "name")), json::dump(v)});
  return out;
}

inline std::string vector_name(const testing::TestParamInfo<Vector>& info) {
  std::string out = info.param.name;
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return out;
}

// The lines of later.txt that name a vector: "<file>/<name>".
inline std::vector<std::string> later() {
  std::vector<std::string> out;
  std::istringstream lines(read_data("translation/later.txt"));
  for (std::string line; std::getline(lines, line);)
    if (!line.empty() && line[0] != '#') out.push_back(line);
  return out;
}

// A vector must pass, or fail and be on the list of what comes later: so the list can only shrink.
inline void expect_vector(const std::string& file, const Vector& v, const std::string& problem) {
  const auto list = later();
  const std::string entry = file + "/" + v.name;
  if (std::find(list.begin(), list.end(), entry) == list.end())
    EXPECT_EQ(problem, "") << entry;
  else
    EXPECT_NE(problem, "") << entry << " passes: take it off tests/data/translation/later.txt";
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
  auto& error = actual["error"];
  if (json::string_or(error, "message").empty()) return "the error has no message";
  error.RemoveMember("message");
  auto wanted = parsed(json::dump(expected));
  wanted.RemoveMember("message");
  return difference(wanted, error, "error");
}

}  // namespace claif::test

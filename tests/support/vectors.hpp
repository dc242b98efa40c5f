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

}  // namespace claif::test

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

}  // namespace claif::test

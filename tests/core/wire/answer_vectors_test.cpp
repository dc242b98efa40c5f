#include "support/vector_checks.hpp"
#include "support/vectors.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace claif::test {
namespace {

class ResponseVector : public testing::TestWithParam<Vector> {};

TEST_P(ResponseVector, BecomesTheCompletion) {
  expect_vector("responses", GetParam(), check_response(GetParam().document()));
}

INSTANTIATE_TEST_SUITE_P(Translation,
                         ResponseVector,
                         testing::ValuesIn(vectors("responses")),
                         vector_name);

class ErrorVector : public testing::TestWithParam<Vector> {};

TEST_P(ErrorVector, BecomesTheClientsError) {
  expect_vector("errors", GetParam(), check_error(GetParam().document()));
}

INSTANTIATE_TEST_SUITE_P(Translation,
                         ErrorVector,
                         testing::ValuesIn(vectors("errors")),
                         vector_name);

TEST(LaterList, NamesOnlyVectorsThatExist) {
  std::vector<std::string> known;
  for (const std::string file : {"requests", "responses", "streams", "errors"})
    for (const Vector& v : vectors(file))
      known.push_back(file + "/" + v.name);
  for (const std::string& entry : later())
    EXPECT_NE(std::find(known.begin(), known.end(), entry), known.end()) << entry;
}

}  // namespace
}  // namespace claif::test

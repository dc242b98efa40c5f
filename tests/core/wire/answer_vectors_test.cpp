#include "support/vector_checks.hpp"
#include "support/vectors.hpp"

#include <gtest/gtest.h>

namespace claif::test {
namespace {

class ResponseVector : public testing::TestWithParam<Vector> {};

TEST_P(ResponseVector, BecomesTheCompletion) {
  EXPECT_EQ(check_response(GetParam().document()), "");
}

INSTANTIATE_TEST_SUITE_P(Translation,
                         ResponseVector,
                         testing::ValuesIn(vectors("responses")),
                         vector_name);

class ErrorVector : public testing::TestWithParam<Vector> {};

TEST_P(ErrorVector, BecomesTheClientsError) {
  EXPECT_EQ(check_error(GetParam().document()), "");
}

INSTANTIATE_TEST_SUITE_P(Translation,
                         ErrorVector,
                         testing::ValuesIn(vectors("errors")),
                         vector_name);

}  // namespace
}  // namespace claif::test

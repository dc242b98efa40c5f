#include "support/vector_checks.hpp"
#include "support/vectors.hpp"

#include <gtest/gtest.h>

namespace claif::test {
namespace {

class RequestVector : public testing::TestWithParam<Vector> {};

TEST_P(RequestVector, BecomesTheMessagesRequest) {
  expect_vector("requests", GetParam(), check_request(GetParam().document()));
}

INSTANTIATE_TEST_SUITE_P(Translation,
                         RequestVector,
                         testing::ValuesIn(vectors("requests")),
                         vector_name);

}  // namespace
}  // namespace claif::test

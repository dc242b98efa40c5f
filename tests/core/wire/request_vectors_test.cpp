#include "support/vector_checks.hpp"
#include "support/vectors.hpp"

#include <gtest/gtest.h>

namespace claif::test {
namespace {

class RequestVector : public testing::TestWithParam<Vector> {};

TEST_P(RequestVector, BecomesTheMessagesRequest) {
  EXPECT_EQ(check_request(GetParam().document()), "");
}

INSTANTIATE_TEST_SUITE_P(Translation,
                         RequestVector,
                         testing::ValuesIn(vectors("requests")),
                         vector_name);

// Vectors of our own, for rules that those of the specification do not show.
INSTANTIATE_TEST_SUITE_P(Rules,
                         RequestVector,
                         testing::ValuesIn(vectors("requests", "rules")),
                         vector_name);
INSTANTIATE_TEST_SUITE_P(ResponsesRules,
                         RequestVector,
                         testing::ValuesIn(vectors("responses_requests", "rules")),
                         vector_name);

}  // namespace
}  // namespace claif::test

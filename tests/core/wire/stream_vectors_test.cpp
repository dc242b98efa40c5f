#include "support/vector_checks.hpp"
#include "support/vectors.hpp"

#include <gtest/gtest.h>

namespace claif::test {
namespace {

class StreamVector : public testing::TestWithParam<Vector> {};

TEST_P(StreamVector, BecomesTheChunksAndTheSameMessage) {
  EXPECT_EQ(check_stream(GetParam().document()), "");
}

INSTANTIATE_TEST_SUITE_P(Translation,
                         StreamVector,
                         testing::ValuesIn(vectors("streams")),
                         vector_name);

}  // namespace
}  // namespace claif::test

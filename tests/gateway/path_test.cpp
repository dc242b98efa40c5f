#include "gateway/path.hpp"

#include <gtest/gtest.h>

namespace claif::gateway {
namespace {

// "no", or the parameters as name=value with commas between.
std::string match(std::string_view pattern, std::string_view path) {
  PathParameters parameters;
  if (!match_path(pattern, path, parameters)) return "no";
  std::string out;
  for (const auto& [name, value] : parameters)
    out.append(out.empty() ? "" : ",").append(name).append("=").append(value);
  return out;
}

TEST(Path, WithoutParametersIsComparedWhole) {
  EXPECT_EQ(match("/v1/models", "/v1/models"), "");
  for (const char* other : {"/v1/model", "/v1/models/", "/v1/models/x", "/V1/models", "/", ""})
    EXPECT_EQ(match("/v1/models", other), "no") << other;
}

TEST(Path, AParameterIsOneSegment) {
  EXPECT_EQ(match("/v1/models/{id}", "/v1/models/claude-opus-5-5"), "id=claude-opus-5-5");
  for (const char* other : {"/v1/models", "/v1/models/", "/v1/models/a/b", "/v1/models/a/",
                            "/v2/models/a", "/v1/models//a"})
    EXPECT_EQ(match("/v1/models/{id}", other), "no") << other;
}

TEST(Path, HasSeveralParametersAndSegmentsAfterThem) {
  EXPECT_EQ(match("/v1/{kind}/{id}/items", "/v1/responses/r1/items"), "kind=responses,id=r1");
  EXPECT_EQ(match("/v1/{kind}/{id}/items", "/v1/responses/r1/cancel"), "no");
  EXPECT_EQ(match("/v1/{kind}/{id}/items", "/v1/responses/r1"), "no");
}

TEST(Path, AParameterIsDecodedAfterTheSplit) {
  EXPECT_EQ(match("/v1/models/{id}", "/v1/models/anthropic%2Fclaude%2dx"), "id=anthropic/claude-x");
}

TEST(Path, AnEscapeThatIsNoneStays) {
  EXPECT_EQ(percent_decode("50%"), "50%");
  EXPECT_EQ(percent_decode("%4"), "%4");
  EXPECT_EQ(percent_decode("%zz%-1%+1%41"), "%zz%-1%+1A");
  EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
}

}  // namespace
}  // namespace claif::gateway

#include "cache/key.hpp"

#include <set>

#include <gtest/gtest.h>

namespace claif::cache {
namespace {

const std::string kPlain =
    R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":"x"}]})";
const std::string kStreamed =
    R"({"model":"m","max_tokens":5,"stream":true,"messages":[{"role":"user","content":"x"}]})";

KeyFacts facts() {
  return {"tenant", "anthropic 1", "2026-10-21", "beta"};
}

TEST(CacheKey, IsSixtyFourHexDigits) {
  const std::string key = key_of(facts(), kPlain);
  EXPECT_EQ(key.size(), 64u);
  EXPECT_EQ(key.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(CacheKey, IsTheSameForAStreamedAndAPlainRequest) {
  EXPECT_EQ(key_of(facts(), kPlain), key_of(facts(), kStreamed));
}

TEST(CacheKey, BlanksBetweenTokensAndThePlaceOfStreamDoNotCount) {
  for (
      const char* same :
      {R"({"stream":false,"model":"m","max_tokens":5,"messages":[{"role":"user","content":"x"}]})",
       R"( { "model" : "m", "max_tokens":5, "messages":[ {"role":"user","content":"x"} ] , "stream" : true } )",
       R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":"x"}],"str\u0065am":true})"}) {
    EXPECT_EQ(key_of(facts(), same), key_of(facts(), kPlain)) << same;
  }
  EXPECT_NE(key_of(facts(), R"({"m":"a b"})"), key_of(facts(), R"({"m":"ab"})"));
}

TEST(CacheKey, TheBillingHeaderOfClaudeCodeDoesNotCount) {
  const auto with_system = [](const std::string& system) {
    return R"({"model":"m","system":)" + system + R"(,"messages":[]})";
  };
  const std::string header =
      R"({"type":"text","text":"x-anthropic-billing-header: cc_version=2.1.330; cc_entrypoint=cli"})";
  const std::string other =
      R"({"type":"text","text":"x-anthropic-billing-header: cc_version=2.1.331"})";
  const std::string prompt = R"({"type":"text","text":"Be kind."})";
  const auto key = [&](const std::string& system) { return key_of(facts(), with_system(system)); };
  EXPECT_EQ(key("[" + header + "," + prompt + "]"), key("[ " + other + " ,\n" + prompt + "]"));
  EXPECT_EQ(key("[" + header + "]"), key("[" + other + "]"));
  EXPECT_NE(key("[" + header + "," + prompt + "]"), key("[" + header + "]"));
  EXPECT_NE(key("[" + prompt + "," + header + "]"), key("[" + prompt + "," + other + "]"));
}

TEST(CacheKey, DependsOnEveryFact) {
  std::set<std::string> keys{key_of(facts(), kPlain)};
  KeyFacts f = facts();
  f.tenant = "other";
  keys.insert(key_of(f, kPlain));
  f = facts();
  f.transport = "anthropic 2";
  keys.insert(key_of(f, kPlain));
  f = facts();
  f.api_version = "2023-06-01";
  keys.insert(key_of(f, kPlain));
  f = facts();
  f.beta = "";
  keys.insert(key_of(f, kPlain));
  EXPECT_EQ(keys.size(), 5u);
}

TEST(CacheKey, DoesNotLetFactsRunIntoEachOther) {
  EXPECT_NE(key_of({"ab", "c", "v", "b"}, kPlain), key_of({"a", "bc", "v", "b"}, kPlain));
  EXPECT_NE(key_of({"a", "", "b", ""}, kPlain), key_of({"a", "b", "", ""}, kPlain));
}

TEST(CacheKey, DependsOnEveryByteOfTheBody) {
  std::set<std::string> keys{key_of(facts(), kPlain)};
  for (size_t i = 0; i < kPlain.size(); ++i) {
    std::string changed = kPlain;
    changed[i] ^= 1;
    EXPECT_TRUE(keys.insert(key_of(facts(), changed)).second) << i;
  }
}

// Only the member itself goes; data that looks like it is part of the question.
TEST(CacheKey, CountsAStreamMemberInsideAToolsArguments) {
  const std::string with =
      R"({"model":"m","messages":[{"role":"assistant","content":[{"input":{"a":1,"stream":true}}]}]})";
  const std::string without =
      R"({"model":"m","messages":[{"role":"assistant","content":[{"input":{"a":1}}]}]})";
  EXPECT_NE(key_of(facts(), with), key_of(facts(), without));
}

}  // namespace
}  // namespace claif::cache

#include "cache/envelope.hpp"

#include "base/sha256.hpp"

#include <string>
#include <zstd.h>

#include <gtest/gtest.h>

namespace claif::cache {
namespace {

const std::string kKey(64, 'a');
const std::string kMessage = R"({"content":[{"type":"text","text":"hi"}]})";
const std::string kLong = kMessage + std::string(3000, ' ');
constexpr int64_t kNow = 1'000'000;

Sealing secret(uint8_t first = 1) {
  return {true, AesKey{first}};
}

std::string sealed(const Sealing& how = {}, const std::string& message = kMessage) {
  return seal(how, kKey, "tenant a", {message, kNow, kNow + 1000}).value();
}

std::optional<Entry> opened(std::string_view envelope, const Sealing& how = {}) {
  return open(how, envelope, kKey, "tenant a", kNow);
}

class EnvelopeOf : public testing::TestWithParam<Sealing> {};

TEST_P(EnvelopeOf, GivesBackWhatWasSealed) {
  for (const std::string& message : {kMessage, std::string(), std::string("a\nb"), kLong}) {
    const auto entry = opened(sealed(GetParam(), message), GetParam());
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->message, message);
    EXPECT_EQ(entry->created_ms, kNow);
    EXPECT_EQ(entry->expires_ms, kNow + 1000);
  }
}

// A change that zstd does not notice is none: what comes out is still the message.
TEST_P(EnvelopeOf, IsAMissAfterAnyChange) {
  const bool plain_zstd = GetParam().compress && !GetParam().secret;
  const std::string whole = sealed(GetParam(), kLong);
  for (size_t i = 0; i < whole.size(); ++i)
    for (const int bit : {1, 4, 32, 128}) {
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ bit);
      const auto entry = opened(changed, GetParam());
      if (plain_zstd && entry && i > whole.find('\n'))
        EXPECT_EQ(entry->message, kLong);
      else
        EXPECT_FALSE(entry) << "byte " << i << " bit " << bit;
    }
}

TEST_P(EnvelopeOf, IsAMissWhenCutOrLengthened) {
  const std::string whole = sealed(GetParam());
  for (size_t n = 0; n < whole.size(); ++n)
    EXPECT_FALSE(opened(whole.substr(0, n), GetParam())) << n;
  EXPECT_FALSE(opened(whole + " ", GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    Codecs,
    EnvelopeOf,
    testing::Values(Sealing{}, Sealing{true, std::nullopt}, Sealing{false, AesKey{1}}, secret()));

TEST(Envelope, IsAMissUnderAnotherKeyOrTenant) {
  const std::string whole = sealed();
  for (const std::string& key :
       {std::string(64, 'b'), kKey.substr(1), kKey + "a", std::string(), kKey + " "})
    EXPECT_FALSE(open({}, whole, key, "tenant a", kNow)) << key;
  EXPECT_FALSE(open({}, whole, kKey, "tenant b", kNow));
  EXPECT_FALSE(open({}, whole, kKey, "", kNow));
}

TEST(Envelope, FromTheFutureIsAMiss) {
  constexpr int64_t kSkew = 300'000;
  EXPECT_TRUE(open({}, sealed(), kKey, "tenant a", kNow - kSkew));
  EXPECT_FALSE(open({}, sealed(), kKey, "tenant a", kNow - kSkew - 1));
}

TEST(Envelope, OpensOnlyWithTheKeyThatSealedIt) {
  EXPECT_FALSE(opened(sealed(secret()), secret(2)));
  EXPECT_FALSE(opened(sealed(secret()), {}));
  EXPECT_FALSE(opened(sealed({}), secret()));
}

TEST(Envelope, EncryptedShowsNothingOfTheAnswer) {
  EXPECT_NE(sealed().find("hi"), std::string::npos);
  EXPECT_EQ(sealed({false, AesKey{1}}).find("content"), std::string::npos);
  EXPECT_NE(sealed(secret()), sealed(secret())) << "the nonce is random";
}

TEST(Envelope, CompressesWhatIsLong) {
  std::string text = kMessage;
  for (int i = 0; i < 1000; ++i)
    text += "word " + std::to_string(i % 37);
  const Sealing how{true, std::nullopt};
  EXPECT_LT(sealed(how, text).size(), text.size() / 3);
  EXPECT_EQ(sealed(how).size(), sealed().size());
}

// A claim to hold much in few bytes is not believed, and not made.
TEST(Envelope, ThatWouldExpandWithoutMeasureIsAMiss) {
  const std::string message(1 << 20, ' ');
  const Sealing how{true, std::nullopt};
  EXPECT_GT(sealed(how, message).size(), message.size());
  std::string bomb(ZSTD_compressBound(message.size()), '\0');
  bomb.resize(ZSTD_compress(bomb.data(), bomb.size(), message.data(), message.size(), 1));
  std::string header = sealed(how, message);
  header.resize(header.find('\n'));
  header.resize(header.rfind(' '));
  header.replace(header.find("plain"), 5, "zstd");
  const std::string digest = hex(sha256(header + message));
  EXPECT_FALSE(opened(header + " " + digest + "\n" + bomb, how));
}

TEST(Envelope, HoldsAMegabyteAtMost) {
  EXPECT_TRUE(seal({}, kKey, "t", {std::string(1 << 20, 'x'), 0, 0}));
  EXPECT_FALSE(seal({}, kKey, "t", {std::string((1 << 20) + 1, 'x'), 0, 0}));
}

}  // namespace
}  // namespace claif::cache

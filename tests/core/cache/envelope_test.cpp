#include "cache/envelope.hpp"

#include <gtest/gtest.h>

namespace claif::cache {
namespace {

const std::string kKey(64, 'a');
const std::string kMessage = R"({"content":[{"type":"text","text":"hi"}]})";

TEST(Envelope, GivesBackWhatWasSealed) {
  EXPECT_EQ(open(seal(kKey, 1000, kMessage), kKey, 999), kMessage);
  EXPECT_EQ(open(seal(kKey, 1000, ""), kKey, 999), "");
  EXPECT_EQ(open(seal(kKey, 1000, "a\nb"), kKey, 999), "a\nb");
}

TEST(Envelope, IsAMissFromItsExpiryOn) {
  const std::string sealed = seal(kKey, 1000, kMessage);
  EXPECT_FALSE(open(sealed, kKey, 1000));
  EXPECT_FALSE(open(sealed, kKey, 5000));
}

TEST(Envelope, IsAMissUnderAnotherKey) {
  const std::string sealed = seal(kKey, 1000, kMessage);
  EXPECT_FALSE(open(sealed, std::string(64, 'b'), 0));
  EXPECT_FALSE(open(sealed, kKey.substr(1), 0));
  EXPECT_FALSE(open(sealed, kKey + "a", 0));
  EXPECT_FALSE(open(sealed, "", 0));
}

// A changed expiry would only shorten or lengthen the life of a right answer; everything else is a
// miss.
TEST(Envelope, IsAMissAfterAnyChange) {
  const std::string sealed = seal(kKey, 1000, kMessage);
  const size_t expiry = sealed.find(" 1000 ") + 1;
  for (size_t i = 0; i < sealed.size(); ++i)
    for (const int bit : {1, 4, 32, 128}) {
      std::string changed = sealed;
      changed[i] = static_cast<char>(changed[i] ^ bit);
      const auto opened = open(changed, kKey, 0);
      if (i >= expiry && i < expiry + 4)
        EXPECT_TRUE(!opened || *opened == kMessage);
      else
        EXPECT_FALSE(opened) << "byte " << i << " bit " << bit;
    }
}

TEST(Envelope, IsAMissWhenCutOrLengthened) {
  const std::string sealed = seal(kKey, 1000, kMessage);
  for (size_t n = 0; n < sealed.size(); ++n)
    EXPECT_FALSE(open(sealed.substr(0, n), kKey, 0)) << n;
  EXPECT_FALSE(open(sealed + " ", kKey, 0));
}

}  // namespace
}  // namespace claif::cache

#include "base/aes_gcm.hpp"

#include <charconv>
#include <memory>

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace claif {
namespace {

constexpr size_t kNonce = 12, kTag = 16;

struct Release {
  void operator()(EVP_CIPHER_CTX* ctx) const { EVP_CIPHER_CTX_free(ctx); }
};

unsigned char* bytes(char* text) {
  return reinterpret_cast<unsigned char*>(text);
}
const unsigned char* bytes(const char* text) {
  return reinterpret_cast<const unsigned char*>(text);
}

// Feeds the context, then turns `in` into `out`, which has room for it.
bool transform(EVP_CIPHER_CTX* ctx, std::string_view context, std::string_view in, char* out) {
  int written = 0;
  return EVP_CipherUpdate(ctx, nullptr, &written, bytes(context.data()),
                          static_cast<int>(context.size())) == 1 &&
         EVP_CipherUpdate(ctx, bytes(out), &written, bytes(in.data()),
                          static_cast<int>(in.size())) == 1;
}

std::unique_ptr<EVP_CIPHER_CTX, Release> begin(const AesKey& key,
                                               const char* nonce,
                                               bool encrypts) {
  std::unique_ptr<EVP_CIPHER_CTX, Release> ctx(EVP_CIPHER_CTX_new());
  if (!ctx || EVP_CipherInit_ex2(ctx.get(), EVP_aes_256_gcm(), key.data(), bytes(nonce),
                                 encrypts ? 1 : 0, nullptr) != 1)
    return nullptr;
  return ctx;
}

}  // namespace

std::optional<AesKey> parse_aes_key(std::string_view digits) {
  AesKey out{};
  if (digits.size() != 2 * out.size()) return std::nullopt;
  for (size_t i = 0; i < out.size(); ++i) {
    const char* const begin = digits.data() + 2 * i;
    const auto [end, error] = std::from_chars(begin, begin + 2, out[i], 16);
    if (error != std::errc() || end != begin + 2) return std::nullopt;
  }
  return out;
}

std::optional<std::string> encrypt(const AesKey& key,
                                   std::string_view context,
                                   std::string_view plain) {
  std::string out(kNonce + kTag + plain.size(), '\0');
  if (RAND_bytes(bytes(out.data()), kNonce) != 1) return std::nullopt;
  const auto ctx = begin(key, out.data(), true);
  int written = 0;
  if (!ctx || !transform(ctx.get(), context, plain, out.data() + kNonce + kTag) ||
      EVP_CipherFinal_ex(ctx.get(), bytes(out.data() + out.size()), &written) != 1 ||
      EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_GET_TAG, kTag, out.data() + kNonce) != 1)
    return std::nullopt;
  return out;
}

std::optional<std::string> decrypt(const AesKey& key,
                                   std::string_view context,
                                   std::string_view sealed) {
  if (sealed.size() < kNonce + kTag) return std::nullopt;
  std::string tag(sealed.substr(kNonce, kTag));
  const std::string_view cipher = sealed.substr(kNonce + kTag);
  std::string out(cipher.size(), '\0');
  const auto ctx = begin(key, sealed.data(), false);
  int written = 0;
  if (!ctx || !transform(ctx.get(), context, cipher, out.data()) ||
      EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_SET_TAG, kTag, tag.data()) != 1 ||
      EVP_CipherFinal_ex(ctx.get(), bytes(out.data() + out.size()), &written) != 1)
    return std::nullopt;
  return out;
}

}  // namespace claif

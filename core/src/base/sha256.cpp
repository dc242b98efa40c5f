#include "base/sha256.hpp"

#include <memory>

#include <openssl/evp.h>

namespace claif {

Digest sha256(std::string_view bytes) {
  // Fetched once a thread: a fetch costs more than the hash of a short text.
  struct Hasher {
    EVP_MD* md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    EVP_MD_CTX* ctx = EVP_MD_CTX_new();
    ~Hasher() {
      EVP_MD_CTX_free(ctx);
      EVP_MD_free(md);
    }
  };
  thread_local const Hasher hasher;
  Digest out{};
  EVP_DigestInit_ex2(hasher.ctx, hasher.md, nullptr);
  EVP_DigestUpdate(hasher.ctx, bytes.data(), bytes.size());
  EVP_DigestFinal_ex(hasher.ctx, out.data(), nullptr);
  return out;
}

std::string hex(const Digest& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(digest.size() * 2);
  for (const uint8_t byte : digest) {
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

}  // namespace claif

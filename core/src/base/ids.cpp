#include "base/ids.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>

#include <openssl/rand.h>

namespace claif {

void random_bytes(void* bytes, size_t size) {
  // Fails only when the system has no entropy source at all; going on with guessable ids is no
  // option.
  if (RAND_bytes(static_cast<unsigned char*>(bytes), static_cast<int>(size)) != 1) std::abort();
}

std::string random_id(std::string_view prefix) {
  static constexpr char kAlphabet[] =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  // Drawn in blocks: one call of the generator costs more than the id.
  thread_local std::array<uint8_t, 1536> pool;
  thread_local size_t used = pool.size();
  constexpr size_t kLength = 24;
  if (used + kLength > pool.size()) {
    random_bytes(pool.data(), pool.size());
    used = 0;
  }
  std::string out(prefix);
  for (size_t i = 0; i < kLength; ++i)
    out.push_back(kAlphabet[pool[used++] % 62]);
  return out;
}

bool is_session_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

uint64_t next_number() {
  static std::atomic<uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace claif
